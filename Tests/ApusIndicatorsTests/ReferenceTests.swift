import ApusData
import Testing

@testable import ApusIndicators

/// Columns against TA-Lib and NumPy; 64-bit values, before they become features.
@Suite struct ReferenceTests {
    static func column(_ name: String, _ candles: CandleSeries, using library: any IndicatorLibrary = BuiltInIndicators()) throws -> [Double] {
        let recipe = try ColumnName(name).recipe
        let input = CandleInput(candles)
        var calculations = SharedCalculations([recipe])
        return recipe.value(input, try calculations.take(recipe.needs, input, using: library))
    }

    @Test(arguments: Fixture.simulated.names.indices) func `each column agrees with its reference`(index: Int) throws {
        let fixture = Fixture.simulated
        let column = try Self.column(fixture.names[index], fixture.candles)
        let error = largestError(fixture.rows.map { column[$0] }, fixture.expected(index))
        #expect(error < 1e-9, "\(fixture.names[index])")
    }

    @Test(arguments: Fixture.awkward.names.indices)
    func `each column agrees with its reference where nothing moves or nothing is traded`(index: Int) throws {
        let fixture = Fixture.awkward
        let column = try Self.column(fixture.names[index], fixture.candles)
        let error = largestError(fixture.rows.map { column[$0] }, fixture.expected(index))
        #expect(error < 1e-9, "\(fixture.names[index])")
    }

    @Test(arguments: Fixture.simulated.names.indices) func `each column says where its values begin`(index: Int) throws {
        let fixture = Fixture.simulated
        let name = fixture.names[index]
        #expect(try ColumnName(name).recipe.warmUp == fixture.first[index], "\(name)")
        #expect(firstValue(of: try Self.column(name, fixture.candles)) == fixture.first[index], "\(name)")
    }

    @Test func `every family has a reference`() {
        let compared = Set(Fixture.simulated.names)
        for family in FeatureColumns.families { #expect(compared.contains(family.example), "\(family.example)") }
    }

    @Test(arguments: FeatureColumns.families.map(\.example)) func `series too short for a column give NaN`(name: String) throws {
        let warmUp = try ColumnName(name).recipe.warmUp
        for count in Set([0, 1, warmUp - 1, warmUp]) where count >= 0 && count <= warmUp {
            let column = try Self.column(name, Fixture.simulated.candles.prefix(count))
            #expect(column.count == count && column.allSatisfy { $0.isNaN }, "\(name) of \(count) candles")
        }
    }
}

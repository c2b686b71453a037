import ApusData
import Testing

import ApusIndicators

/// Columns against TA-Lib and NumPy; 64-bit values, before they become features.
@Suite struct ReferenceTests {
    static func column(_ name: String, _ candles: CandleSeries) throws -> [Double] { try FeatureColumns.values(of: name, for: candles) }

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
        #expect(try FeatureColumns([name]).warmUp == fixture.first[index], "\(name)")
        #expect(try Self.column(name, fixture.candles).firstIndex { !$0.isNaN } == fixture.first[index], "\(name)")
    }

    @Test func `every family has a reference`() {
        let compared = Set(Fixture.simulated.names)
        for family in FeatureColumns.families { #expect(compared.contains(family.example), "\(family.example)") }
    }

    @Test(arguments: FeatureColumns.families.map(\.example)) func `series too short for a column give NaN`(name: String) throws {
        let warmUp = try FeatureColumns([name]).warmUp
        for count in Set([0, 1, warmUp - 1, warmUp]) where count >= 0 && count <= warmUp {
            let column = try Self.column(name, Fixture.simulated.candles.prefix(count))
            #expect(column.count == count && column.allSatisfy { $0.isNaN }, "\(name) of \(count) candles")
        }
    }
}

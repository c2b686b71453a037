package import ApusData

/// Moments in the units of the formats, as milliseconds.
package enum MomentScale {
    /// Converts `count` moments in place; fractions of a millisecond are rounded down.
    ///
    /// - Parameter perSecond: units per second, 1 to 1000000000 by powers of 1000.
    package static func toMilliseconds(_ values: UnsafeMutablePointer<UInt64>, count: Int, perSecond: Int64) throws(DataError) {
        switch perSecond {
        case 1000: return
        case ..<1000:
            for index in 0..<count { values[index] = try multiply(values[index], 1000 / perSecond, "seconds") }
        default:
            let divisor = perSecond / 1000
            for index in 0..<count {
                let value = Int64(bitPattern: values[index])
                let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
                values[index] = UInt64(bitPattern: rest < 0 ? quotient - 1 : quotient)
            }
        }
    }

    /// Converts days since 1970 in place.
    package static func daysToMilliseconds(_ values: UnsafeMutablePointer<UInt64>, count: Int) throws(DataError) {
        for index in 0..<count { values[index] = try multiply(values[index], 86_400_000, "days") }
    }

    private static func multiply(_ value: UInt64, _ factor: Int64, _ unit: String) throws(DataError) -> UInt64 {
        let (result, overflow) = Int64(bitPattern: value).multipliedReportingOverflow(by: factor)
        guard !overflow else { throw DataError(.invalidValues, "a time of \(Int64(bitPattern: value)) \(unit) is out of range") }
        return UInt64(bitPattern: result)
    }
}

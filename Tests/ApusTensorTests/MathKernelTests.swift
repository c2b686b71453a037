import CApusKernels
import Glibc
import Testing

/// exp, tanh and sigmoid against Double over a comb of all finite floats.
@Suite struct MathKernelTests {
    /// Prime, so that the low bits of the patterns vary; an exhaustive run gave the bounds of Variant/Math.h.
    static let stride = 10_007

    static let inputs: [Float] = {
        var inputs: [Float] = [0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 88.72, 88.73, -103.9, -104.1]
        var bits = 0
        while bits < 1 << 32 {
            let x = Float(bitPattern: UInt32(bits))
            if x.isFinite { inputs.append(x) }
            bits += stride
        }
        return inputs
    }()

    /// Largest error in units in the last place of the true value.
    private func worstError(_ outputs: [Float], _ truth: (Double) -> Double, where include: (Float) -> Bool = { _ in true }) -> (
        ulp: Double, at: Float
    ) {
        var worst = (ulp: 0.0, at: Float(0))
        for (x, y) in zip(Self.inputs, outputs) where include(x) {
            let exact = truth(Double(x))
            let rounded = Float(exact)
            let error = rounded == y ? 0 : abs(Double(y) - exact) / Double(rounded.isFinite ? rounded.ulp : Float.greatestFiniteMagnitude.ulp)
            if !(error <= worst.ulp) { worst = (error, x) }
        }
        return worst
    }

    private func apply(_ function: (UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, Int) -> Void, _ x: [Float]) -> [Float] {
        [Float](unsafeUninitializedCapacity: x.count) { buffer, count in
            function(buffer.baseAddress, x, x.count)
            count = x.count
        }
    }

    @Test(arguments: KernelVariants.all) func `exp is within 1.1 ulp, from underflow to overflow`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        let worst = worstError(apply(kernels.exp, Self.inputs), { Glibc.exp($0) })
        #expect(worst.ulp <= 1.1, "at \(worst.at)")
    }

    @Test(arguments: KernelVariants.all) func `tanh is within 6.5 ulp, 4.5 with fused multiply-add`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        let outputs = apply(kernels.tanh, Self.inputs)
        let worst = worstError(outputs, { Glibc.tanh($0) })
        #expect(worst.ulp <= (variant == "portable" ? 6.5 : 4.5), "at \(worst.at)")
        #expect(outputs.allSatisfy { abs($0) <= 1 })
    }

    @Test(arguments: KernelVariants.all) func `sigmoid is within 2.7 ulp, and below -87.3 within 1.3e-38`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        let outputs = apply(kernels.sigmoid, Self.inputs)
        let worst = worstError(outputs, { 1 / (1 + Glibc.exp(-$0)) }, where: { $0 >= -87.3 })
        #expect(worst.ulp <= 2.7, "at \(worst.at)")
        #expect(zip(Self.inputs, outputs).allSatisfy { $0 >= -87.3 || ($1 >= 0 && $1 <= 1.3e-38) })
    }

    @Test(arguments: KernelVariants.all) func `the sigmoid of gates is within 1.6e-7, 1.5e-7 with FMA, and in 0...1`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        let outputs = apply(kernels.gate, Self.inputs)
        let errors = zip(Self.inputs, outputs).map { abs(Double($1) - 1 / (1 + Glibc.exp(-Double($0)))) }
        let worst = try #require(errors.indices.max { errors[$0] < errors[$1] })
        #expect(errors[worst] <= (variant == "portable" ? 1.6e-7 : 1.5e-7), "at \(Self.inputs[worst])")
        #expect(outputs.allSatisfy { 0 <= $0 && $0 <= 1 })
    }

    /// x Φ(x) and its derivative. Errors are those of erf, half as large, times x where that is above 1.
    @Test(arguments: KernelVariants.all) func `GELU and its slope are within 3e-7 of x, and zero or one far from 0`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        func distribution(_ x: Double) -> Double { Glibc.erfc(-x / 2.0.squareRoot()) / 2 }
        let inputs = Self.inputs.filter { abs($0) < 1e15 }
        let outputs = apply(kernels.gelu, inputs)
        var slopes = [Float](repeating: 0.5, count: inputs.count)
        kernels.gelu_gradient(&slopes, [Float](repeating: 2, count: inputs.count), inputs, true, inputs.count)
        let wrong = zip(inputs, outputs).first { x, y in
            abs(Double(y) - Double(x) * distribution(Double(x))) > 3e-7 * max(abs(Double(x)), 1e-30) || (x < -5.6 && y != 0)
        }
        #expect(wrong == nil)
        let wrongSlope = zip(inputs, slopes).first { x, slope in
            let density = Glibc.exp(-Double(x) * Double(x) / 2) / (2 * Double.pi).squareRoot()
            return abs((Double(slope) - 0.5) / 2 - distribution(Double(x)) - Double(x) * density) > 4e-7
        }
        #expect(wrongSlope == nil)
    }

    @Test(arguments: KernelVariants.all) func `not a number stays not a number, in any lane`(variant: String) throws {
        let kernels = try KernelVariants.table(variant)
        for lane in 0..<19 {
            var x = [Float](repeating: 0.5, count: 19)
            x[lane] = .nan
            for function in [kernels.exp, kernels.tanh, kernels.sigmoid, kernels.gate, kernels.gelu] {
                let y = apply({ function!($0, $1, $2) }, x)
                #expect(y.indices.allSatisfy { y[$0].isNaN == ($0 == lane) })
            }
        }
    }
}

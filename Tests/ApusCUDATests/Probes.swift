import ApusCUDA

/// What every probe kernel of the mock driver is given, see Probes.cpp.
struct ProbeArguments: BitwiseCopyable {
    var x: UnsafePointer<Float>?
    var y: UnsafeMutablePointer<Float>
    var n: Int64
}

enum Probes {
    /// A program with kernels of these names, as far as the mock driver reads one.
    static func program(_ names: String..., version: String = "8.0") -> String {
        let kernels = names.map { ".visible .entry \($0)(\n.param .align 8 .b8 \($0)_param_0[24]\n)\n{ ret; }\n" }
        return ".version \(version)\n.target sm_80\n.address_size 64\n" + kernels.joined()
    }
}

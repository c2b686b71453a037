/// Bytes of device memory as people read them, in the binary units that GPUs are sold by: `139.8 GiB`, `512 MiB`, `96 B`.
struct MemorySize: CustomStringConvertible {
    let bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    var description: String {
        if bytes >= 1 << 30 {
            let tenths = bytes / (1 << 20) * 10 / 1024
            return "\(tenths / 10).\(tenths % 10) GiB"
        }
        if bytes >= 1 << 20 { return "\(bytes >> 20) MiB" }
        return bytes >= 1 << 10 ? "\(bytes >> 10) KiB" : "\(bytes) B"
    }
}

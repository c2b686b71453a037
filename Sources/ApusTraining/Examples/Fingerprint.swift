import ApusTensor
import Crypto

extension Examples {
    /// Shapes and the SHA-256 of shapes and bytes of inputs and targets: equal exactly when a run would see the same numbers.
    package var fingerprint: String {
        var hash = SHA256()
        func add(_ name: String, _ tensor: Tensor) {
            hash.update(data: Array("\(name) \(tensor.shape)\n".utf8))
            // Row by row, so that windows that overlap in memory have the fingerprint of copies of them.
            let length = tensor.rowLength
            tensor.withRows { base, stride in
                for row in 0..<(tensor.shape.first ?? 1) {
                    hash.update(bufferPointer: UnsafeRawBufferPointer(UnsafeBufferPointer(start: base + row * stride, count: length)))
                }
            }
        }
        add("inputs", inputs)
        for (name, target) in targets.sorted(by: { $0.key < $1.key }) { add(name, target) }
        let digest = hash.finalize().prefix(16).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        return "\(inputs.shape) \(digest)"
    }
}

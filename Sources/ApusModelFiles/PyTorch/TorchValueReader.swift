import ApusPickle
import ApusZip

/// From what the pickle describes to values, with every storage looked up once.
struct TorchValueReader {
    let heap: PickleHeap
    let bytes: [UInt8]
    let archive: ZipArchive
    let folder: String
    let isBigEndian: Bool
    private var storages: [String: TorchStorage] = [:]
    private var count = 0

    /// A container may occur in others many times, so that a small file could describe a tree without end.
    private static let mostValues = 1 << 20
    private static let maximumDepth = 32
    private static let largestStorage = 8 << 30

    init(heap: PickleHeap, bytes: [UInt8], archive: ZipArchive, folder: String, isBigEndian: Bool) {
        self.heap = heap
        self.bytes = bytes
        self.archive = archive
        self.folder = folder
        self.isBigEndian = isBigEndian
    }

    mutating func value(_ value: PickleValue, depth: Int) throws -> TorchValue {
        count += 1
        guard depth <= Self.maximumDepth, count <= Self.mostValues else {
            throw ModelFileError.damagedTorch("it nests or repeats more values than any checkpoint")
        }
        switch value {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .double(value)
        case .string(let value): return .text(value)
        case .bytes: return .other("bytes")
        case .tuple(let index): return .list(try heap.tuples[index].map { try self.value($0, depth: depth + 1) })
        case .list(let index): return .list(try heap.lists[index].map { try self.value($0, depth: depth + 1) })
        case .dictionary(let index):
            return .dictionary(
                try heap.dictionaries[index].map { .init(try Self.key($0.key), try self.value($0.value, depth: depth + 1)) })
        case .global(let global): return .other(global.path)
        case .persistent: return .other("storage")
        case .object(let index): return try object(heap.objects[index], depth: depth)
        }
    }

    private static func key(_ key: PickleValue) throws -> String {
        switch key {
        case .string(let text): return text
        case .int(let number): return String(number)
        default: throw ModelFileError.damagedTorch("the key of a dictionary is neither a text nor a number")
        }
    }

    private mutating func object(_ object: PickleObject, depth: Int) throws -> TorchValue {
        let arguments = object.arguments
        switch object.callable {
        case .rebuildParameter:
            guard let tensor = arguments.first else { throw ModelFileError.damagedTorch("a parameter without a tensor") }
            return try value(tensor, depth: depth + 1)
        case .rebuildTensor, .rebuildTensorOfType: return .tensor(try tensor(object))
        case .scalar: return Self.number(arguments, heap) ?? .other(object.callable.path)
        default: return .other(object.callable.path)
        }
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, ...)`; in v3 the type is argument 6 and the storage has none.
    private mutating func tensor(_ object: PickleObject) throws -> TorchTensor {
        let arguments = object.arguments
        guard arguments.count >= 4, case .persistent(let name) = arguments[0], case .int(let offset) = arguments[1] else {
            throw ModelFileError.damagedTorch("a tensor without storage and offset")
        }
        guard case .tuple(let reference) = heap.persistents[name], heap.tuples[reference].count >= 5,
            case .string("storage") = heap.tuples[reference][0], case .global(let storageClass) = heap.tuples[reference][1],
            case .string(let key) = heap.tuples[reference][2]
        else { throw ModelFileError.damagedTorch("a storage without type and key") }
        var typeName = storageClass.torchName
        var type = ElementType(storageClass: typeName)
        if object.callable == .rebuildTensorOfType {
            guard arguments.count >= 7, case .global(let dtype) = arguments[6] else { throw ModelFileError.damagedTorch("a tensor without type") }
            typeName = dtype.torchName
            type = ElementType(rawValue: typeName)
        }
        guard let type else {
            throw ModelFileError(
                .unsupported, "a tensor has elements of \(typeName.prefix(40)), which are not read",
                hint: "Apus reads \(ElementType.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return try TorchTensor(
            storage: try storage(key), elementType: type, offset: offset, shape: try integers(arguments[2]), strides: try integers(arguments[3]))
    }

    private func integers(_ value: PickleValue) throws -> [Int] {
        guard case .tuple(let index) = value else { throw ModelFileError.damagedTorch("a shape that is not a tuple") }
        return try heap.tuples[index].map { value in
            guard case .int(let number) = value else { throw ModelFileError.damagedTorch("a shape that does not hold numbers") }
            return number
        }
    }

    private mutating func storage(_ key: String) throws -> TorchStorage {
        if let known = storages[key] { return known }
        guard let member = archive["\(folder)data/\(key)"] else {
            throw ModelFileError.damagedTorch("there is no storage '\(key.prefix(40))'")
        }
        try archive.check(member)
        // torch.save stores; PyTorch checks the sums too.
        let content = try bytes.withUnsafeBytes { bytes -> ArraySlice<UInt8> in
            guard member.isStored else { return try archive.contents(of: member, in: bytes, limit: Self.largestStorage)[...] }
            guard CRC32.of(UnsafeRawBufferPointer(rebasing: bytes[member.range])) == member.checksum else {
                throw ModelFileError.damagedTorch("the checksum of storage '\(key.prefix(40))' is another one")
            }
            return self.bytes[member.range]
        }
        let storage = TorchStorage(bytes: content, isBigEndian: isBigEndian)
        storages[key] = storage
        return storage
    }

    /// `numpy.core.multiarray.scalar(dtype('f8', False, True), bytes)`; nil for other types.
    private static func number(_ arguments: [PickleValue], _ heap: PickleHeap) -> TorchValue? {
        guard arguments.count == 2, case .object(let dtype) = arguments[0], case .bytes(let bytes) = arguments[1],
            heap.objects[dtype].callable == .dtype, case .string(let name)? = heap.objects[dtype].arguments.first
        else { return nil }
        func bits<Bits: FixedWidthInteger>(_: Bits.Type) -> Bits? {
            guard bytes.count == MemoryLayout<Bits>.size else { return nil }
            return bytes.withUnsafeBytes { Bits(littleEndian: $0.loadUnaligned(as: Bits.self)) }
        }
        return switch name {
        case "f8", "<f8": bits(UInt64.self).map { .double(Double(bitPattern: $0)) }
        case "f4", "<f4": bits(UInt32.self).map { .double(Double(Float(bitPattern: $0))) }
        case "i8", "<i8": bits(Int64.self).map { .int(Int($0)) }
        case "i4", "<i4": bits(Int32.self).map { .int(Int($0)) }
        default: nil
        }
    }
}

import ApusPickle

/// The element type of a pickled NumPy array: a number type, or Python objects (only texts are read).
struct PickledType {
    var name: String
    var isBigEndian: Bool

    var isObject: Bool { name == "O" || name == "O8" || name == "O4" }

    func number() throws(DataError) -> NumPyElementType {
        guard let type = NumPyElementType(rawValue: name) else {
            throw DataError(.unsupported, "the pickle holds an array of type '\(name)', which a StandardScaler does not have")
        }
        return type
    }

    /// From `numpy.dtype('f8', False, True)` with the byte order in its state, or `numpy.dtype('<f8')` alone.
    init(_ value: PickleValue, _ heap: PickleHeap) throws(DataError) {
        guard case .object(let index) = value, heap.objects[index].callable == .dtype, case .string(var name)? = heap.objects[index].arguments.first
        else { throw DataError(.malformed, "the pickle describes an array without a NumPy dtype") }
        var order = "<"
        if let first = name.first, "<>|=".contains(first) { order = String(name.removeFirst()) }
        if case .tuple(let state)? = heap.objects[index].state, heap.tuples[state].count > 1, case .string(let text) = heap.tuples[state][1] {
            order = text
        }
        self.name = name
        isBigEndian = order == ">"
    }
}

/// What joblib writes before the raw elements of an array.
struct JoblibArray {
    var type: PickledType
    var shape: [Int]
    var isFortranOrder: Bool
    /// Newer files pad the elements to 16 bytes and say by how much in one byte.
    var isAligned: Bool

    init(_ object: PickleObject, _ heap: PickleHeap) throws(DataError) {
        guard case .dictionary(let state)? = object.state, let dtype = heap.member("dtype", of: state), let shape = heap.member("shape", of: state),
            case .string(let order)? = heap.member("order", of: state)
        else { throw DataError(.malformed, "the pickle has a joblib array without dtype, shape and order") }
        type = try PickledType(dtype, heap)
        self.shape = try heap.shape(shape)
        isFortranOrder = order == "F"
        if case .int? = heap.member("numpy_array_alignment_bytes", of: state) { isAligned = true } else { isAligned = false }
    }

    func byteCount() throws(DataError) -> Int {
        let header = NumPyHeader(elementType: try type.number(), shape: shape)
        return try header.elementCount() * header.elementType.size
    }
}

extension PickleHeap {
    func shape(_ value: PickleValue) throws(DataError) -> [Int] {
        guard case .tuple(let index) = value else { throw DataError(.malformed, "the pickle has an array whose shape is not a tuple") }
        var shape: [Int] = []
        for extent in tuples[index] {
            guard case .int(let extent) = extent, extent >= 0 else { throw DataError(.malformed, "the pickle has an array with a wrong shape") }
            shape.append(extent)
        }
        return shape
    }

    /// The numbers of a one-dimensional (or scalar) NumPy array or NumPy scalar.
    func numbers(_ value: PickleValue, _ what: String) throws(DataError) -> [Double] {
        let (type, shape, bytes) = try elements(value, what)
        let header = NumPyHeader(elementType: try type.number(), isBigEndian: type.isBigEndian, shape: shape)
        guard shape.count <= 1 else { throw DataError(.malformed, "'\(what)' of the scaler has \(shape.count) dimensions instead of one") }
        let expected = try header.elementCount() * header.elementType.size
        guard bytes.count == expected else {
            throw DataError(.malformed, "'\(what)' of the scaler needs \(expected) bytes, \(bytes.count) are there")
        }
        return NumPyArray(header: header, elements: bytes).doubles()
    }

    private func elements(_ value: PickleValue, _ what: String) throws(DataError) -> (PickledType, shape: [Int], bytes: [UInt8]) {
        if case .object(let index) = value {
            let object = objects[index]
            let arguments = object.arguments
            switch object.callable {
            case .reconstruct:
                guard case .tuple(let state)? = object.state, tuples[state].count == 5, case .bytes(let bytes) = tuples[state][4] else { break }
                return (try PickledType(tuples[state][2], self), try shape(tuples[state][1]), bytes)
            case .ndarray:
                guard arguments.count == 3, case .bytes(let bytes) = arguments[2] else { break }
                return (try PickledType(arguments[1], self), try shape(arguments[0]), bytes)
            case .fromBuffer:
                guard arguments.count == 4, case .bytes(let bytes) = arguments[0] else { break }
                return (try PickledType(arguments[1], self), try shape(arguments[2]), bytes)
            case .scalar:
                guard arguments.count == 2, case .bytes(let bytes) = arguments[1] else { break }
                return (try PickledType(arguments[0], self), [], bytes)
            case .joblibArray:
                let wrapper = try JoblibArray(object, self)
                guard case .elements(let bytes)? = object.inlined else { break }
                return (wrapper.type, wrapper.shape, bytes)
            default: break
            }
        }
        throw DataError(.malformed, "'\(what)' of the scaler is not an array of numbers")
    }

    /// The texts of a one-dimensional NumPy object array.
    func texts(_ value: PickleValue, _ what: String) throws(DataError) -> [String] {
        guard case .object(let index) = value, let items = objectElements(objects[index]) else {
            throw DataError(.malformed, "'\(what)' of the scaler is not an array of texts")
        }
        var texts: [String] = []
        for item in items {
            guard case .string(let text) = item else { throw DataError(.malformed, "'\(what)' of the scaler holds something else than texts") }
            texts.append(text)
        }
        return texts
    }

    private func objectElements(_ object: PickleObject) -> [PickleValue]? {
        switch object.callable {
        case .reconstruct:
            guard case .tuple(let state)? = object.state, tuples[state].count == 5, case .list(let list) = tuples[state][4] else { return nil }
            return lists[list]
        case .array:
            guard case .list(let list)? = object.arguments.first else { return nil }
            return lists[list]
        case .joblibArray:
            // The nested pickle holds the array once more, in NumPy's own form.
            guard case .pickle(.object(let inner))? = object.inlined, objects[inner].callable == .reconstruct else { return nil }
            return objectElements(objects[inner])
        default: return nil
        }
    }
}

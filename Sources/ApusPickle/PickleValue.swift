/// A value that a pickle describes. Containers and objects are positions in a `PickleHeap`, so that neither deep nesting
/// nor cycles in hostile input can exhaust a stack or leak memory.
package enum PickleValue {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case bytes([UInt8])
    case string(String)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(PickleGlobal)
    case object(Int)
    /// A reference to something outside the pickle, such as the storage of a tensor: position of the value that names it.
    case persistent(Int)
}

/// A call or an instance that the pickle asks for. It is only written down here, never carried out.
package struct PickleObject {
    package var callable: PickleGlobal
    package var arguments: [PickleValue]
    package var state: PickleValue?
    /// What joblib put into the stream behind the object: the raw elements of an array.
    package var inlined: InlinedArray?

    package enum InlinedArray {
        case elements([UInt8])
        case pickle(PickleValue)
    }
}

/// The containers and objects of one pickle.
package struct PickleHeap {
    package private(set) var tuples: [[PickleValue]] = []
    package private(set) var lists: [[PickleValue]] = []
    package private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    package private(set) var objects: [PickleObject] = []
    package private(set) var persistents: [PickleValue] = []
    private(set) var count = 0

    mutating func add(tuple: [PickleValue]) -> PickleValue {
        count += 1
        tuples.append(tuple)
        return .tuple(tuples.count - 1)
    }

    mutating func addList() -> PickleValue {
        count += 1
        lists.append([])
        return .list(lists.count - 1)
    }

    mutating func addDictionary() -> PickleValue {
        count += 1
        dictionaries.append([])
        return .dictionary(dictionaries.count - 1)
    }

    mutating func add(_ object: PickleObject) -> PickleValue {
        count += 1
        objects.append(object)
        return .object(objects.count - 1)
    }

    mutating func add(persistent name: PickleValue) -> PickleValue {
        count += 1
        persistents.append(name)
        return .persistent(persistents.count - 1)
    }

    mutating func append(_ values: some Sequence<PickleValue>, toList index: Int) { lists[index].append(contentsOf: values) }

    mutating func set(_ key: PickleValue, _ value: PickleValue, inDictionary index: Int) { dictionaries[index].append((key, value)) }

    mutating func update(object index: Int, _ change: (inout PickleObject) -> Void) { change(&objects[index]) }

    /// The value of the last entry with this text key.
    package func member(_ name: String, of dictionary: Int) -> PickleValue? {
        dictionaries[dictionary].last { entry in
            if case .string(name) = entry.key { true } else { false }
        }?.value
    }
}

/// A group of an HDF5 file as a value: its attributes and members in the order in which they are written.
public struct HDF5Group: Sendable, Equatable {
    public var attributes: [Named<HDF5Attribute>]
    public var members: [Named<HDF5Member>]

    public init(attributes: [Named<HDF5Attribute>] = [], members: [Named<HDF5Member>] = []) {
        self.attributes = attributes
        self.members = members
    }

    public struct Named<Value: Sendable & Equatable>: Sendable, Equatable {
        public let name: String
        public let value: Value

        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }
}

public enum HDF5Attribute: Sendable, Equatable {
    case text(String)
    case texts([String])
    /// Something that model files do not use, with the reason why it was left out.
    case leftOut(String)
}

public enum HDF5Member: Sendable, Equatable {
    case group(HDF5Group)
    case dataset(WeightArray)
}

extension HDF5Group {
    public func attribute(_ name: String) -> HDF5Attribute? { attributes.first { $0.name == name }?.value }

    public func member(_ name: some StringProtocol) -> HDF5Member? { members.first { $0.name == name }?.value }

    public func group(_ name: some StringProtocol) -> HDF5Group? {
        if case .group(let group) = member(name) { group } else { nil }
    }

    /// The dataset at a path of names below this group, such as `lstm/lstm_cell/kernel`.
    public func dataset(at path: String) -> WeightArray? {
        let names = path.split(separator: "/")
        var group = self
        for name in names.dropLast() {
            guard let next = group.group(name) else { return nil }
            group = next
        }
        guard let last = names.last, case .dataset(let dataset) = group.member(last) else { return nil }
        return dataset
    }

    /// Puts a dataset at a path of names, making the groups that lead there.
    public mutating func insert(_ dataset: WeightArray, at path: some Sequence<String>) {
        var names = Array(path)
        let first = names.removeFirst()
        guard !names.isEmpty else {
            members.append(Named(first, .dataset(dataset)))
            return
        }
        let position = members.firstIndex { $0.name == first }
        var child = position.flatMap { if case .group(let group) = members[$0].value { group } else { nil } } ?? HDF5Group()
        child.insert(dataset, at: names)
        if let position { members[position] = Named(first, .group(child)) } else { members.append(Named(first, .group(child))) }
    }
}

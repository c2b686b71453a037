extension Notebook {
    /// Gives an id to every cell that lacks one and replaces repeated ones, in formats that have ids.
    ///
    /// The ids follow from the position, so that the same notebook always gets the same.
    public mutating func repairCellIDs() {
        guard hasCellIDs else { return }
        var seen: Set<String> = []
        let present = Set(cells.compactMap(\.id))
        for index in cells.indices {
            if let id = cells[index].id, Self.isValidCellID(id), seen.insert(id).inserted { continue }
            let id = Self.freshID("cell-\(index + 1)", besides: present.union(seen))
            cells[index].id = id
            seen.insert(id)
        }
    }

    /// `base`, or `base` with a number, whichever no cell has; nil in formats without ids.
    public func freshCellID(_ base: String) -> String? {
        hasCellIDs ? Self.freshID(base, besides: Set(cells.compactMap(\.id))) : nil
    }

    private static func freshID(_ base: String, besides taken: Set<String>) -> String {
        var id = base
        var number = 2
        while taken.contains(id) {
            id = "\(base)-\(number)"
            number += 1
        }
        return id
    }

    private static func isValidCellID(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

/// A symbolic pickle machine: it follows the opcodes and writes down what they describe, but imports nothing and calls nothing.
///
/// Python's own `pickle.load` runs whatever the file names. Here a name that the dialect of the file does not
/// have ends the reading, and the others only label a `PickleObject`. Work and memory are bounded by the size of the file.
package struct PickleMachine {
    private var cursor: PickleCursor
    package private(set) var heap = PickleHeap()
    private var nesting = 0

    // A StandardScaler of a million features stays far below these.
    private static let largestStack = 1 << 20
    private static let largestMemo = 1 << 20

    private let dialect: any PickleDialect

    package init(bytes: UnsafeRawBufferPointer, dialect: any PickleDialect) {
        cursor = PickleCursor(bytes: bytes)
        self.dialect = dialect
    }

    /// Runs the whole file and returns the value it describes.
    package mutating func run() throws(PickleError) -> PickleValue {
        let root = try runProgram()
        guard cursor.remaining == 0 else { throw cursor.malformed("\(cursor.remaining) bytes follow the end of the pickle") }
        return root
    }

    /// One program: up to its STOP, with a stack and a memo of its own.
    private mutating func runProgram() throws(PickleError) -> PickleValue {
        guard cursor.remaining >= 2, cursor.bytes[cursor.position] == PickleOpcode.proto.rawValue else {
            throw cursor.malformed("a pickle of protocol 2 to 5 begins with byte 0x80")
        }
        var frame = Frame()
        while true {
            let number = try cursor.byte()
            guard let opcode = PickleOpcode(rawValue: number) else {
                throw cursor.malformed("opcode 0x\(String(number, radix: 16)) does not occur in such files")
            }
            if opcode == .stop { return try pop(&frame) }
            try execute(opcode, &frame)
            guard frame.stack.count <= Self.largestStack, heap.count <= Self.largestStack else {
                throw cursor.malformed("more than \(Self.largestStack) values")
            }
        }
    }

    private struct Frame {
        var stack: [PickleValue] = []
        var marks: [Int] = []
        var memo: [Int: PickleValue] = [:]
    }

    private func pop(_ frame: inout Frame) throws(PickleError) -> PickleValue {
        guard frame.stack.count > (frame.marks.last ?? 0), let value = frame.stack.popLast() else { throw cursor.malformed("the stack is empty") }
        return value
    }

    private func popToMark(_ frame: inout Frame) throws(PickleError) -> [PickleValue] {
        guard let mark = frame.marks.popLast() else { throw cursor.malformed("there is no mark") }
        defer { frame.stack.removeSubrange(mark...) }
        return Array(frame.stack[mark...])
    }

    private mutating func execute(_ opcode: PickleOpcode, _ frame: inout Frame) throws(PickleError) {
        switch opcode {
        case .proto:
            let version = try cursor.byte()
            guard (2...5).contains(version) else { throw cursor.malformed("protocol \(version) is not known") }
        case .frame: _ = try cursor.take(8)  // Only a hint for buffering; the length is not needed.
        case .stop: break
        case .mark: frame.marks.append(frame.stack.count)
        case .none: frame.stack.append(.none)
        case .newTrue: frame.stack.append(.bool(true))
        case .newFalse: frame.stack.append(.bool(false))
        case .binInt: frame.stack.append(.int(Int(Int32(truncatingIfNeeded: try cursor.unsigned(4)))))
        case .binInt1: frame.stack.append(.int(try cursor.unsigned(1)))
        case .binInt2: frame.stack.append(.int(try cursor.unsigned(2)))
        case .long1: frame.stack.append(.int(try long(lengthSize: 1)))
        case .long4: frame.stack.append(.int(try long(lengthSize: 4)))
        case .binFloat:
            let bits = try cursor.take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            frame.stack.append(.double(Double(bitPattern: bits)))
        case .binUnicode: frame.stack.append(.string(try cursor.text(try cursor.unsigned(4))))
        case .binUnicode8: frame.stack.append(.string(try cursor.text(try cursor.unsigned(8))))
        case .shortBinUnicode: frame.stack.append(.string(try cursor.text(try cursor.unsigned(1))))
        case .binBytes: frame.stack.append(.bytes(Array(try cursor.take(try cursor.unsigned(4)))))
        case .binBytes8: frame.stack.append(.bytes(Array(try cursor.take(try cursor.unsigned(8)))))
        case .shortBinBytes: frame.stack.append(.bytes(Array(try cursor.take(try cursor.unsigned(1)))))
        case .byteArray8: frame.stack.append(.bytes(Array(try cursor.take(try cursor.unsigned(8)))))
        case .emptyTuple: frame.stack.append(heap.add(tuple: []))
        case .tuple: frame.stack.append(heap.add(tuple: try popToMark(&frame)))
        case .tuple1: try pushTuple(of: 1, &frame)
        case .tuple2: try pushTuple(of: 2, &frame)
        case .tuple3: try pushTuple(of: 3, &frame)
        case .emptyList: frame.stack.append(heap.addList())
        case .append: try appendToList([try pop(&frame)], &frame)
        case .appends: try appendToList(try popToMark(&frame), &frame)
        case .emptyDictionary: frame.stack.append(heap.addDictionary())
        case .setItem:
            let value = try pop(&frame)
            try setItems([try pop(&frame), value], &frame)
        case .setItems: try setItems(try popToMark(&frame), &frame)
        case .binPut: try remember(try cursor.unsigned(1), &frame)
        case .longBinPut: try remember(try cursor.unsigned(4), &frame)
        case .memoize: try remember(frame.memo.count, &frame)
        case .binGet: frame.stack.append(try recall(try cursor.unsigned(1), frame))
        case .longBinGet: frame.stack.append(try recall(try cursor.unsigned(4), frame))
        case .global: try pushGlobal(PickleGlobal(module: try cursor.line(), name: try cursor.line()), &frame)
        case .stackGlobal:
            guard case .string(let name) = try pop(&frame), case .string(let module) = try pop(&frame) else {
                throw cursor.malformed("the name of a global is not a text")
            }
            try pushGlobal(PickleGlobal(module: module, name: name), &frame)
        case .persistentID: frame.stack.append(heap.add(persistent: try pop(&frame)))
        case .reduce, .newObject: try pushObject(&frame)
        case .build: try build(&frame)
        }
    }

    private mutating func long(lengthSize: Int) throws(PickleError) -> Int {
        let length = try cursor.unsigned(lengthSize)
        guard length <= 8 else { throw cursor.malformed("an integer of \(length) bytes is too large") }
        let bytes = try cursor.take(length)
        let isNegative = (bytes.last ?? 0) & 0x80 != 0
        return bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
    }

    private func pushGlobal(_ global: PickleGlobal, _ frame: inout Frame) throws(PickleError) {
        try dialect.admit(global)
        frame.stack.append(.global(global))
    }

    private mutating func pushTuple(of count: Int, _ frame: inout Frame) throws(PickleError) {
        var elements: [PickleValue] = []
        for _ in 0..<count { elements.append(try pop(&frame)) }
        frame.stack.append(heap.add(tuple: elements.reversed()))
    }

    private mutating func appendToList(_ values: [PickleValue], _ frame: inout Frame) throws(PickleError) {
        guard frame.stack.count > (frame.marks.last ?? 0), case .list(let index)? = frame.stack.last else {
            throw cursor.malformed("there is no list to append to")
        }
        heap.append(values, toList: index)
    }

    private mutating func setItems(_ values: [PickleValue], _ frame: inout Frame) throws(PickleError) {
        guard frame.stack.count > (frame.marks.last ?? 0), case .dictionary(let index)? = frame.stack.last else {
            throw cursor.malformed("there is no dictionary to set items of")
        }
        guard values.count.isMultiple(of: 2) else { throw cursor.malformed("a key has no value") }
        for position in stride(from: 0, to: values.count, by: 2) { heap.set(values[position], values[position + 1], inDictionary: index) }
    }

    private func remember(_ key: Int, _ frame: inout Frame) throws(PickleError) {
        guard let value = frame.stack.last else { throw cursor.malformed("the stack is empty") }
        guard frame.memo.count < Self.largestMemo else { throw cursor.malformed("more than \(Self.largestMemo) remembered values") }
        frame.memo[key] = value
    }

    private func recall(_ key: Int, _ frame: Frame) throws(PickleError) -> PickleValue {
        guard let value = frame.memo[key] else { throw cursor.malformed("value \(key) was never remembered") }
        return value
    }

    private mutating func pushObject(_ frame: inout Frame) throws(PickleError) {
        guard case .tuple(let tuple) = try pop(&frame), case .global(let callable) = try pop(&frame) else {
            throw cursor.malformed("a call needs a named callable and a tuple of arguments")
        }
        let arguments = heap.tuples[tuple]
        // Protocol 2 writes bytes as text in Latin-1.
        if callable == .orderedDictionary, arguments.isEmpty {
            frame.stack.append(heap.addDictionary())
        } else if callable == .encode {
            frame.stack.append(.bytes(try latin1(arguments)))
        } else {
            frame.stack.append(heap.add(PickleObject(callable: callable, arguments: arguments)))
        }
    }

    private func latin1(_ arguments: [PickleValue]) throws(PickleError) -> [UInt8] {
        guard arguments.count == 2, case .string(let text) = arguments[0], case .string("latin1") = arguments[1] else {
            throw cursor.malformed("_codecs.encode is only known with a text and 'latin1'")
        }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { throw cursor.malformed("a text is not Latin-1") }
            bytes.append(byte)
        }
        return bytes
    }

    private mutating func build(_ frame: inout Frame) throws(PickleError) {
        let state = try pop(&frame)
        // An OrderedDict may have attributes, such as the `_metadata` of a PyTorch state; they are not part of what it holds.
        if case .dictionary? = frame.stack.last { return }
        guard case .object(let index)? = frame.stack.last else { throw cursor.malformed("there is no object to give a state") }
        guard heap.objects[index].state == nil else { throw cursor.malformed("an object gets its state twice") }
        heap.update(object: index) { $0.state = state }
        switch try dialect.inlined(behind: heap.objects[index], heap) {
        case .pickle?:
            guard nesting == 0 else { throw cursor.malformed("object arrays inside object arrays") }
            nesting += 1
            defer { nesting -= 1 }
            let inner = try runProgram()
            heap.update(object: index) { $0.inlined = .pickle(inner) }
        case .elements(let byteCount, let isAligned)?:
            if isAligned { _ = try cursor.take(try cursor.unsigned(1)) }
            let elements = Array(try cursor.take(byteCount))
            heap.update(object: index) { $0.inlined = .elements(elements) }
        case nil: break
        }
    }
}

/// What waits for its turn, first come first served; taking the first costs the same however many wait.
struct WaitingLine<Element> {
    /// Those before `first` have been taken.
    private var elements: [Element?] = []
    private var first = 0

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard first < elements.count else { return nil }
        defer {
            elements[first] = nil
            first += 1
            if first == elements.count {
                self = WaitingLine()
            } else if first * 2 > elements.count {
                elements.removeFirst(first)
                first = 0
            }
        }
        return elements[first]
    }

    /// Takes out those that match, and returns them in order.
    mutating func removeAll(where matches: (Element) -> Bool) -> [Element] {
        let waiting = elements[first...].compactMap(\.self)
        elements = waiting.filter { !matches($0) }
        first = 0
        return waiting.filter(matches)
    }
}

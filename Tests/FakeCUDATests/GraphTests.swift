import Testing

/// What a stream captures runs when the graph is launched, again and again.
@Suite struct GraphTests {
    private let probes: Probes
    private var driver: MockDriver { probes.driver }

    init() throws { probes = try Probes() }

    /// A graph that multiplies the two floats at `address` by `factor`.
    private func capture(_ address: UInt, factor: UInt) throws -> UInt {
        let scale = try probes.function("probe_scale")
        try Code.check(driver.call("cuStreamBeginCapture_v2", probes.stream, 0))
        try Code.check(driver.launch(scale, threads: (2, 1, 1), stream: probes.stream, words: [address, address, factor]))
        let graph = try endCapture()
        let executable = try driver.value("cuGraphInstantiateWithFlags", graph, 0)
        try Code.check(driver.call("cuGraphDestroy", graph))
        return executable
    }

    private func endCapture() throws -> UInt {
        var graph: UInt = 0
        try Code.check(withUnsafeMutablePointer(to: &graph) { driver.call("cuStreamEndCapture", probes.stream, UInt(bitPattern: $0)) })
        return graph
    }

    @Test func `a captured launch runs with every launch of the graph, with the arguments it had`() throws {
        let values = try probes.memory([1, 2])
        let graph = try capture(values, factor: 3)
        #expect(try probes.read(values, count: 2) == [1, 2], "capturing runs nothing")
        #expect(driver.statistics.launches == 0)
        #expect(driver.call("cuGraphUpload", graph, probes.stream) == 0)
        for _ in 0..<2 { #expect(driver.call("cuGraphLaunch", graph, probes.stream) == 0) }
        #expect(driver.statistics.graphLaunches == 0, "streams are lazy")
        #expect(try probes.read(values, count: 2) == [9, 18])
        #expect(driver.statistics.graphLaunches == 2)
        #expect(driver.statistics.launches == 2)
    }

    @Test func `a graph that was launched may be destroyed`() throws {
        let values = try probes.memory([1, 2])
        let graph = try capture(values, factor: 3)
        #expect(driver.call("cuGraphLaunch", graph, probes.stream) == 0)
        #expect(driver.call("cuGraphExecDestroy", graph) == 0)
        #expect(driver.call("cuGraphLaunch", graph, probes.stream) == 400)
        #expect(try probes.read(values, count: 2) == [3, 6])
    }

    @Test func `waiting and allocating are refused while a stream captures, and spoil the capture`() throws {
        for name in ["cuStreamSynchronize", "cuStreamQuery"] {
            #expect(driver.call("cuStreamBeginCapture_v2", probes.stream, 0) == 0)
            #expect(driver.call(name, probes.stream) == 900)
            #expect(throws: Code(number: 901)) { try endCapture() }
        }
        #expect(driver.call("cuStreamBeginCapture_v2", probes.stream, 0) == 0)
        #expect(throws: Code(number: 900)) { try driver.value("cuMemAlloc_v2", 4) }
        #expect(throws: Code(number: 901)) { try endCapture() }
        #expect(driver.call("cuStreamSynchronize", probes.stream) == 0, "the stream is as before")
    }

    @Test func `a relaxed capture forbids nothing but to wait for its stream`() throws {
        #expect(driver.call("cuStreamBeginCapture_v2", probes.stream, 2) == 0)
        #expect(try driver.value("cuMemAlloc_v2", 4) != 0)
        #expect(try endCapture() != 0)
        #expect(driver.call("cuStreamBeginCapture_v2", probes.stream, 2) == 0)
        #expect(driver.call("cuStreamSynchronize", probes.stream) == 900)
        #expect(throws: Code(number: 901)) { try endCapture() }
        #expect(driver.call("cuStreamBeginCapture_v2", probes.stream, 3) == 1)
    }

    @Test func `captures begin and end in turn`() throws {
        #expect(throws: Code(number: 401)) { try endCapture() }
        #expect(driver.call("cuStreamBeginCapture_v2", 0, 0) == 900, "the default stream")
        #expect(driver.call("cuStreamBeginCapture_v2", probes.stream, 0) == 0)
        #expect(driver.call("cuStreamBeginCapture_v2", probes.stream, 0) == 401)
        #expect(try endCapture() != 0)
    }

    @Test func `a graph that outlives its memory is found`() throws {
        let values = try probes.memory([1, 2])
        #expect(driver.call("cuStreamBeginCapture_v2", probes.stream, 0) == 0)
        #expect(driver.call("cuMemsetD8Async", values, 0, 8, probes.stream) == 0)
        let graph = try driver.value("cuGraphInstantiateWithFlags", endCapture(), 0)
        #expect(driver.call("cuMemFree_v2", values) == 0)
        #expect(driver.call("cuGraphLaunch", graph, probes.stream) == 0)
        #expect(driver.call("cuStreamSynchronize", probes.stream) == 700)
        #expect(driver.call("cuCtxSynchronize") == 700, "the context is lost")
    }
}

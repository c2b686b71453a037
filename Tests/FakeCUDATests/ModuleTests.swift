import CApusCUDA
import Testing

/// Programs, functions and what a launch is checked against.
@Suite struct ModuleTests {
    private let probes: Probes
    private var driver: MockDriver { probes.driver }

    init() throws { probes = try Probes() }

    private func load(_ text: String) throws -> UInt { try text.withCString { try driver.value("cuModuleLoadDataEx", UInt(bitPattern: $0), 0, 0) } }

    private func function(_ name: String, of module: UInt) throws -> UInt {
        try name.withCString { try driver.value("cuModuleGetFunction", module, UInt(bitPattern: $0)) }
    }

    @Test(arguments: [
        ("", 218), ("no program", 218), (".target sm_80\n.version 8.0\n", 218), ("// only a comment", 218), ("\u{7F}ELF", 218),
        (".version 8.9\n.target sm_80\n", 222), (".version 9.0\n.target sm_80\n", 222), (".version 8.0\n.target sm_90\n", 209),
    ]) func `what the device cannot run is not loaded`(text: String, code: Int32) throws {
        #expect(throws: Code(number: code)) { try load(text) }
    }

    @Test func `why a program is not loaded is written to the log`() throws {
        var log = [CChar](repeating: 1, count: 12), options: [Int32] = [5, 6]
        let length = "no program".withCString { text in
            log.withUnsafeMutableBufferPointer { log in
                var values = [UInt(bitPattern: log.baseAddress), UInt(log.count)]
                values.withUnsafeMutableBytes { values in
                    options.withUnsafeMutableBytes { options in
                        var module: UInt = 0
                        let code = withUnsafeMutablePointer(to: &module) {
                            driver.call(
                                "cuModuleLoadDataEx", UInt(bitPattern: $0), UInt(bitPattern: text), 2, UInt(bitPattern: options.baseAddress),
                                UInt(bitPattern: values.baseAddress))
                        }
                        #expect(code == 218)
                    }
                }
                return values[1]
            }
        }
        #expect(length == 11)
        #expect(log == Array("ptxas: the \0".utf8CString.dropLast()))
    }

    @Test func `a function is of the program and of the emulator`() throws {
        let module = try load(Probes.program(["probe_sum", "unknown_kernel"]))
        #expect(try function("probe_sum", of: module) != 0)
        #expect(throws: Code(number: 500)) { try function("probe_race", of: module) }
        #expect(driver.lastErrorText == "cuModuleGetFunction: the program has no kernel probe_race")
        #expect(throws: Code(number: 500)) { try function("unknown_kernel", of: module) }
        #expect(driver.lastErrorText == "cuModuleGetFunction: unknown_kernel is not registered with the emulator")
        #expect(driver.call("cuModuleUnload", module) == 0)
        #expect(throws: Code(number: 400)) { try function("probe_sum", of: module) }
    }

    @Test func `a program with other arguments than the source is found`() throws {
        let old = try load(Probes.program(["probe_sum"]).replacing("[24]", with: "[16]"))
        #expect(throws: Code(number: 200)) { try function("probe_sum", of: old) }
        #expect(driver.lastErrorText.contains("probe_sum takes 16 bytes in the program, and 24 in its source"))
    }

    /// The program is compiled beforehand: this finds one that is older than its source, and kernels that are not registered.
    @Test func `the program of the backend has the launch bounds and arguments of its source`() throws {
        var count = 0
        let program = String(cString: apus_cuda_program(&count))
        #expect(program.utf8.count == count)
        let module = try load(program)
        var names: [String] = [], bounds: [UInt?] = []
        for line in program.split(separator: "\n") {
            let words = line.split { " (,".contains($0) }
            if words.starts(with: [".visible", ".entry"]) { names.append(String(words[2])) }
            if words.first == ".maxntid" { bounds.append(UInt(words[1])) }
        }
        #expect(names.contains("gemm"))
        for (name, bound) in zip(names, bounds) {
            let asked = Result { try driver.value("cuFuncGetAttribute", 0, function(name, of: module)) }
            #expect((try? asked.get()) == bound, "\(name): \(driver.lastErrorText)")
        }
        #expect(names.count == bounds.count)
    }

    @Test func `more shared memory than usual must be asked for`() throws {
        let shared = try probes.function("probe_shared"), y = try probes.memory(count: 3), words: [UInt] = [0, y, 25000]
        #expect(driver.launch(shared, shared: 100_000, stream: probes.stream, words: words) == 1)
        #expect(driver.lastErrorText == "cuLaunchKernel: probe_shared may have 49152 bytes of shared memory")
        #expect(driver.call("cuFuncSetAttribute", shared, 8, 200_000) == 1, "more than the device has")
        #expect(driver.call("cuFuncSetAttribute", shared, 8, 100_000) == 0)
        #expect(driver.launch(shared, shared: 100_000, stream: probes.stream, words: words) == 0)
        #expect(try probes.read(y, count: 3).allSatisfy(\.isNaN))
        #expect(try driver.value("cuFuncGetAttribute", 8, shared) == 100_000)
        #expect(try driver.value("cuFuncGetAttribute", 0, shared) == 1)
    }

    @Test func `a multiprocessor has room for so many blocks`() throws {
        let sum = try probes.function("probe_sum")
        #expect(try driver.value("cuOccupancyMaxActiveBlocksPerMultiprocessor", sum, 256, 0) == 8)
        #expect(try driver.value("cuOccupancyMaxActiveBlocksPerMultiprocessor", sum, 32, 0) == 32)
        #expect(try driver.value("cuOccupancyMaxActiveBlocksPerMultiprocessor", sum, 256, 40 * 1024) == 4)
        #expect(try driver.value("cuOccupancyMaxActiveBlocksPerMultiprocessor", sum, 512, 0) == 0, "above the launch bound")
    }

    @Test func `a launch that no device can do is refused`() throws {
        let scale = try probes.function("probe_scale")
        let impossible: [((UInt32, UInt32, UInt32), (UInt32, UInt32, UInt32))] = [
            ((0, 1, 1), (1, 1, 1)), ((1, 65536, 1), (1, 1, 1)), ((1, 1, 65536), (1, 1, 1)), ((1, 1, 1), (0, 1, 1)), ((1, 1, 1), (1025, 1, 1)),
            ((1, 1, 1), (1, 1, 65)), ((1, 1, 1), (32, 33, 1)),
        ]
        for (blocks, threads) in impossible {
            #expect(driver.launch(scale, blocks: blocks, threads: threads, stream: probes.stream, words: [0, 0, 0]) == 1)
        }
        #expect(driver.launch(0, stream: probes.stream, words: [0, 0, 0]) == 400)
        #expect(driver.launch(scale, stream: scale, words: [0, 0, 0]) == 400)
    }
}

// swift-tools-version: 6.2
import PackageDescription

// The target list is the architecture: an arrow in `dependencies` is the only way one part may know another.
//
//   apus -> ApusCLI -> NotebookRunner, ApusMagics, ApusKernel, JupyterTransport
//   session:  ApusKernel, NotebookRunner -> ApusSession       (two fronts of one session interface)
//             ApusSessionProcess -> ApusSession               (the same interface, kept by another process)
//   journal:  ApusKernel, ApusCLI -> ApusJournal -> ApusSession (what cells showed, kept in a file)
//   jupyter:  JupyterTransport, ApusKernel -> JupyterProtocol (messages know no ZeroMQ), ApusThreads
//   engine:   ApusTraining -> ApusNN -> ApusTensor -> CApusKernels (the engine knows no notebook)
//   GPU:      ApusTraining -> ApusCUDAEngine -> ApusNN, ApusCUDA (models as kernels)
//             ApusCUDA -> CApusCUDA                          (the driver is found at run time: nothing is linked)
//   data:     ApusModelFiles -> ApusNN;  ApusData, ApusHub and ApusPlot know neither each other nor the engine
//             ApusIndicators -> ApusData, ApusText            (candles know no indicators)
//   reports:  ApusInspection -> ApusData, ApusTabular, ApusModelFiles, ApusTraining, NotebookFormat (what files hold)
//   tables:   ApusTabular -> ApusData, ApusZip                 (Parquet and Feather, and candles in them)
//   formats:  ApusData, ApusModelFiles -> ApusPickle, ApusZip   (containers know no arrays and no models)
//   network:  ApusHub -> ApusHTTP -> CCurl                     (HTTP knows no hub)
//   Swift:    apus-swift -> SwiftCells -> SwiftCellCompiler     (compiling knows no process that cells run in)
//             SwiftCells -> SwiftAssistance -> ApusSession      (questions about code know neither compiling nor cells)
//   ground:   ApusSystem (files, time), ApusText, ApusJSON know nothing, and any part may use them

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// For programs that load libraries which use their code.
let exported: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "--export-dynamic"])]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, resources: resources, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "apus",
    products: [
        .executable(name: "apus", targets: ["apus"]),
        .executable(name: "apus-swift", targets: ["apus-swift"]),
        .library(name: "ApusTraining", targets: ["ApusTensor", "ApusNN", "ApusTraining"]),
        .library(name: "FakeCUDA", type: .dynamic, targets: ["FakeCUDA"]),  // for tests, which load it as the CUDA driver
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .executableTarget(name: "apus", dependencies: ["ApusCLI"], swiftSettings: settings),
        .executableTarget(
            name: "apus-swift", dependencies: ["ApusCells", "ApusMagics", "ApusSession", "ApusSessionProcess", "SwiftCellCompiler", "SwiftCells"],
            swiftSettings: settings, linkerSettings: exported),
        .executableTarget(
            name: "ApusBench",
            dependencies: [
                "ApusCUDA", "ApusCUDAEngine", "ApusJSON", "ApusTensor", "ApusNN", "ApusTraining", "ApusData", "ApusIndicators", "ApusTabular",
                "CApusBench", argumentParser,
            ],
            swiftSettings: settings),
        library(
            "ApusCLI",
            [
                "ApusJSON", "ApusSession", "ApusSessionProcess", "ApusMagics", "ApusJournal", "NotebookFormat", "NotebookRunner", "ApusKernel",
                "JupyterProtocol", "JupyterTransport", "ApusThreads", "CLinux", "ApusData", "ApusTabular", "ApusModelFiles", "ApusSystem",
                "SwiftCellCompiler", "ApusInspection", argumentParser,
            ]),

        // Ground: what several parts need and no part owns.
        library("ApusJSON"),
        library("ApusSystem"),
        library("ApusText"),

        // Notebook fronts and the session they share.
        library("ApusSession", ["ApusJSON", "ApusText", argumentParser]),
        library("ApusSessionProcess", ["ApusJSON", "ApusSession", "ApusThreads", "CLinux"]),
        library("ApusJournal", ["ApusJSON", "ApusSystem", "ApusText", "ApusThreads", "ApusSession"]),
        library("NotebookFormat", ["ApusJSON", "ApusSystem"]),
        library("NotebookRunner", ["ApusJSON", "ApusSystem", "NotebookFormat", "ApusSession"]),
        .target(name: "CLinux"),

        // Cells of Swift code; only the session program of the toolchain has them.
        .target(name: "CSwiftCells", linkerSettings: [.linkedLibrary("dispatch"), .linkedLibrary("dl")]),
        library("CellSupport", ["ApusSession", "ApusThreads", "CSwiftCells"]),
        library("ApusCells", ["ApusMagics", "ApusNN", "ApusPlot", "ApusSession", "ApusTensor", "ApusTraining", "CellSupport"]),
        library("SwiftCellCompiler", ["ApusJSON", "ApusSession", "CLinux"]),
        library("SwiftAssistance", ["ApusJSON", "ApusSession", "ApusThreads", "CLinux"]),
        library("SwiftCells", ["ApusJSON", "ApusSession", "ApusThreads", "CSwiftCells", "CellSupport", "SwiftAssistance", "SwiftCellCompiler"]),
        library("ApusThreads", ["CLinux"]),
        library("JupyterProtocol", ["ApusJSON", "ApusSystem", "ApusThreads", crypto]),
        .target(name: "CZeroMQ", linkerSettings: [.linkedLibrary("dl"), .linkedLibrary("pthread")]),
        library("JupyterTransport", ["ApusThreads", "JupyterProtocol", "CZeroMQ"]),
        library("ApusKernel", ["ApusJSON", "ApusSystem", "ApusText", "ApusThreads", "JupyterProtocol", "ApusSession", "ApusJournal"]),
        library(
            "ApusMagics",
            [
                "ApusCUDA", "ApusJSON", "ApusSession", "ApusTensor", "ApusNN", "ApusTraining", "ApusData", "ApusHub", "ApusIndicators",
                "ApusModelFiles", "ApusPlot", "ApusSystem", "ApusTabular", argumentParser,
            ]),

        // Engine.
        .target(name: "CApusKernels", cSettings: [.define("_GNU_SOURCE")], linkerSettings: [.linkedLibrary("m"), .linkedLibrary("pthread")]),
        library("ApusTensor", ["CApusKernels"]),
        library("ApusNN", ["ApusTensor", "ApusText"]),
        library("ApusTraining", ["ApusCUDA", "ApusCUDAEngine", "ApusJSON", "ApusSystem", "ApusTensor", "ApusNN", crypto]),

        // The GPU. The kernels are compiled to Kernels.ptx beforehand.
        .target(name: "CApusCUDA", exclude: ["Kernels"], linkerSettings: [.linkedLibrary("dl")]),
        library("ApusCUDA", ["CApusCUDA"]),
        library("ApusCUDAEngine", ["ApusCUDA", "ApusNN", "ApusTensor", "CApusCUDA"]),

        .target(name: "CApusBench"),

        // Data, files, hub, pictures.
        library("ApusPickle"),
        library("ApusZip"),
        library("ApusData", ["ApusJSON", "ApusSystem", "ApusPickle", "ApusZip"]),
        library("ApusTabular", ["ApusData", "ApusZip"]),
        library("ApusIndicators", ["ApusData", "ApusText"]),
        .target(name: "CHDF5", linkerSettings: [.linkedLibrary("dl")]),
        library("ApusModelFiles", ["ApusJSON", "ApusSystem", "ApusPickle", "ApusZip", "ApusTensor", "ApusNN", "CHDF5"]),
        library(
            "ApusInspection", ["ApusJSON", "ApusSystem", "ApusData", "ApusTabular", "ApusModelFiles", "ApusNN", "ApusTraining", "NotebookFormat"]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
        library("ApusHTTP", ["CCurl"]),
        library("ApusHub", ["ApusJSON", "ApusSystem", "ApusText", "ApusThreads", "ApusHTTP", "CLinux", crypto]),
        library("ApusPlot"),

        // Optimised in all builds: a switch between threads of a kernel is nanoseconds then.
        .target(name: "FakeCUDA", path: "Tests/FakeCUDA", cxxSettings: [.headerSearchPath("Emulator"), .unsafeFlags(["-O2", "-ffp-contract=off"])]),
        .testTarget(name: "FakeCUDATests", dependencies: ["ApusSystem", "CApusCUDA", "CUDATestSupport", "TestSupport"], swiftSettings: settings),
        .target(name: "TestSupport", dependencies: ["ApusSystem"], path: "Tests/TestSupport", swiftSettings: settings),
        tests("ApusJSON"),
        tests("ApusSystem", ["TestSupport"]),
        tests("ApusText"),
        .target(
            name: "SessionTestSupport", dependencies: ["ApusSession", argumentParser], path: "Tests/SessionTestSupport", swiftSettings: settings),
        .executableTarget(
            name: "SessionProbe", dependencies: ["ApusSession", "ApusSessionProcess", "SessionTestSupport"], path: "Tests/SessionProbe",
            swiftSettings: settings),
        .executableTarget(
            name: "SwiftProbe", dependencies: ["ApusSession", "ApusSessionProcess", "SwiftCellCompiler", "SwiftCells"], path: "Tests/SwiftProbe",
            swiftSettings: settings, linkerSettings: exported),
        tests(
            "SwiftCells", ["ApusSession", "ApusSessionProcess", "SessionTestSupport", "SwiftProbe"], resources: [.copy("Corpus")]),
        tests("SwiftAssistance", ["ApusJSON", "ApusSession", "TestSupport"], resources: [.copy("Servers")]),
        tests("ApusSession", ["ApusJSON", "TestSupport", "SessionTestSupport", argumentParser]),
        tests("ApusSessionProcess", ["ApusJSON", "ApusSession", "ApusThreads", "CLinux", "TestSupport", "SessionTestSupport", "SessionProbe"]),
        tests("ApusJournal", ["ApusJSON", "ApusSession", "ApusSystem", "ApusThreads", "TestSupport"]),
        tests("NotebookFormat", ["ApusJSON", "TestSupport"], resources: [.copy("Notebooks")]),
        tests("NotebookRunner", ["ApusJSON", "NotebookFormat", "ApusSession"]),
        tests("JupyterProtocol", ["ApusJSON", "ApusThreads", "TestSupport"]),
        tests("JupyterTransport", ["ApusJSON", "ApusThreads", "JupyterProtocol", "CZeroMQ"]),
        tests("ApusThreads"),
        tests("ApusKernel", ["ApusJSON", "ApusJournal", "ApusThreads", "JupyterProtocol", "ApusSession", "TestSupport"]),
        tests("ApusMagics", ["ApusJSON", "ApusSession", "ApusHub", "ApusData", "ApusNN", "ApusTraining", "HubTestServer"]),
        .target(
            name: "CUDATestSupport", dependencies: ["ApusCUDA", "ApusSystem", "TestSupport"], path: "Tests/CUDATestSupport", swiftSettings: settings),
        tests("ApusCUDA", ["CApusCUDA", "CUDATestSupport"]),
        tests("ApusCUDAEngine", ["ApusCUDA", "ApusNN", "ApusTensor", "CUDATestSupport", "TestSupport"]),
        tests("ApusTensor", ["CApusKernels"], resources: [.copy("Fixtures")]),
        tests("ApusNN", ["ApusTensor", "ApusData"], resources: [.copy("Fixtures")]),
        tests(
            "ApusTraining", ["ApusCUDA", "CUDATestSupport", "ApusData", "ApusJSON", "ApusTensor", "ApusNN", "TestSupport"],
            resources: [.copy("Fixtures")]),
        tests("ApusZip", ["TestSupport"], resources: [.copy("Fixtures")]),
        tests("ApusData", ["ApusJSON", "ApusSystem", "TestSupport"], resources: [.copy("Fixtures")]),
        .executableTarget(
            name: "TableProbe", dependencies: ["ApusData", "ApusTabular"], path: "Tests/TableProbe", swiftSettings: settings),
        tests("ApusIndicators", ["ApusData", "ApusJSON", "ApusSystem", "TestSupport"], resources: [.copy("Fixtures")]),
        tests("ApusTabular", ["ApusData", "ApusJSON", "ApusSystem", "TestSupport"], resources: [.copy("Fixtures")]),
        tests("ApusModelFiles", ["ApusJSON", "ApusZip", "ApusTensor", "ApusNN", "TestSupport"], resources: [.copy("Fixtures")]),
        tests("ApusInspection", ["ApusJSON", "ApusData", "ApusTabular", "ApusModelFiles", "ApusNN", "ApusTraining", "TestSupport"]),
        .target(name: "HubTestServer", dependencies: ["ApusHTTP", "ApusJSON"], path: "Tests/HubTestServer", swiftSettings: settings),
        tests("ApusHTTP", ["ApusJSON", "HubTestServer", "TestSupport"]),
        .executableTarget(
            name: "ApusFuzz",
            dependencies: [
                "ApusData", "ApusHTTP", "ApusHub", "ApusInspection", "ApusJSON", "ApusJournal", "ApusMagics", "ApusModelFiles", "ApusSession",
                "ApusSessionProcess", "ApusSystem", "ApusTabular", "ApusTraining", "ApusZip", "JupyterProtocol", "NotebookFormat", "TestSupport",
                argumentParser,
            ], path: "Tests/Fuzz", swiftSettings: settings),
        tests("ApusHub", ["ApusJSON", "ApusHTTP", "HubTestServer", "TestSupport"]),
        tests("ApusPlot", resources: [.copy("Snapshots")]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)

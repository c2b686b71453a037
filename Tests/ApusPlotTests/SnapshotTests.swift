import Foundation
import Testing

/// The committed pictures. After a deliberate change: `APUS_UPDATE_SNAPSHOTS=1 swift test --filter ApusPlotTests`, then look at them.
@Suite struct SnapshotTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Snapshots")
    private static let isUpdating = ProcessInfo.processInfo.environment["APUS_UPDATE_SNAPSHOTS"] == "1"

    @Test(arguments: GalleryPlot.all)
    func `plots look as they did`(plot: GalleryPlot) throws {
        for (text, fileExtension) in [(plot.svg(), "svg"), (plot.text() + "\n", "txt")] {
            let file = Self.folder.appendingPathComponent("\(plot.name).\(fileExtension)")
            if Self.isUpdating { try Data(text.utf8).write(to: file) }
            let committed = try String(decoding: Data(contentsOf: file), as: UTF8.self)
            // The texts themselves would fill pages of a report.
            let isSame = text == committed
            #expect(isSame, "\(file.lastPathComponent) differs; to accept: APUS_UPDATE_SNAPSHOTS=1")
        }
    }

    @Test func `every committed picture belongs to a plot`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(names) == Set(GalleryPlot.all.flatMap { ["\($0.name).svg", "\($0.name).txt"] }))
    }
}

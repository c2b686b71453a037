import ApusData
import ApusInspection
import ApusJSON
import ApusModelFiles
import ApusNN
import TestSupport
import Testing

@Suite struct FileInspectionTests {
    @Test func `a model that was written here`() throws {
        let folder = try TemporaryFolder()
        let model = try Model(inputShape: [30, 13], seed: 1) {
            LSTM(8)
            Head("bars", loss: .meanSquaredError, weight: 1) { Dense(1) }
        }
        let path = folder.file("model.safetensors")
        try SafetensorsFile.write(model, to: path)
        let report = try FileInspection.inspect(path)
        #expect(report.kind == "safetensors")
        #expect(report.facts.contains { $0.name == "parameters" && $0.value == "\(model.parameterCount)" })
        #expect(report.json["facts"]?["metadata: input_shape"]?.string == "30,13")
        #expect(report.text.hasPrefix("safetensors\n  arrays"))
    }

    @Test func `what is in a file does not reach the terminal as it is`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("{\"\\u001b[2J\\u202e\": \"\(String(repeating: "x", count: 1000))\"}".utf8, to: "a.json")
        let text = try FileInspection.inspect(path).text
        #expect(!text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
    }

    @Test(arguments: ["", "\u{0}\u{1}", "no commas", "a,b\n1,2\n", "{\"nbformat\": 4}", "[", "{\"model_config\": 1}"])
    func `a file that is none of the kinds is refused, or called what it is`(content: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(content.utf8, to: "file")
        if content.hasPrefix("{\"model") {
            #expect(try FileInspection.inspect(path).kind == "JSON")
        } else {
            let error = #expect(throws: InspectionError.self) { try FileInspection.inspect(path) }
            #expect(error?.path == path && error?.reason.contains("\n") == false)
        }
    }
}

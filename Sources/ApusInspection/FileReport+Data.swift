import ApusData
import ApusJSON
import ApusModelFiles
import ApusSystem
import ApusTraining
import NotebookFormat

extension FileReport {
    init(numPy path: String) throws {
        let array = try NumPyArray(path: path)
        self.init(kind: "NumPy array (.npy)")
        add(array, name: "array")
    }

    init(numPyArchive path: String) throws {
        let archive = try NumPyArchive(path: path)
        self.init(kind: "NumPy archive (.npz)")
        for name in archive.names { add(try archive.array(name), name: name) }
    }

    private mutating func add(_ array: NumPyArray, name: String) {
        let order = array.header.isFortranOrder ? ", column-major" : ""
        let bytes = array.header.isBigEndian ? ", big-endian" : ""
        arrays.append(Array(name: name, elementType: array.elementType.name + bytes + order, shape: array.shape))
    }

    init(scaler path: String) throws {
        let scaler = try StandardScaler(picklePath: path)
        self.init(kind: "StandardScaler of scikit-learn (pickle)", version: scaler.scikitLearnVersion)
        metadata["features"] = .int(scaler.featureCount)
        if let names = scaler.featureNames { metadata["feature_names"] = .array(names.map(JSON.string)) }
        metadata["with_mean"] = .bool(scaler.withMean)
        metadata["with_std"] = .bool(scaler.withStandardDeviation)
        switch scaler.sampleCount {
        case .all(let count): metadata["samples_seen"] = .int(count)
        case .perFeature(let counts): metadata["samples_seen"] = .array(counts.map(JSON.int))
        }
        for (name, values) in [("mean_", scaler.mean), ("var_", scaler.variance), ("scale_", scaler.scale)] {
            if let values { arrays.append(Array(name: name, elementType: "float64", shape: [values.count])) }
        }
    }

    init(candles path: String) throws {
        let candles = try CandleSeries(csvPath: path)
        self.init(kind: "candles (CSV)")
        metadata["candles"] = .int(candles.count)
        if let first = candles.openTimes.first, let last = candles.openTimes.last {
            metadata["first"] = .string(UTCTime(milliseconds: first).iso)
            metadata["last"] = .string(UTCTime(milliseconds: last).iso)
        }
    }

    init(checkpoint path: String) throws {
        let container = try CheckpointContainer(decoding: try FileSystem.read(path), name: path)
        self.init(kind: "checkpoint of a training run")
        if let info = container["info"], let members = try JSON(parsing: info).object { metadata = members }
        for section in container.sections where section.name != "info" {
            metadata["section \(section.name)"] = .string("\(section.bytes.count) bytes")
        }
    }

    /// A notebook, the configuration of a published model, or something else.
    init(json path: String) throws {
        let bytes = try FileSystem.read(path, limit: 256 << 20)
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch { throw InspectionError(path, "this begins like JSON and is \(error)") }
        if json["nbformat"] != nil {
            do { try self.init(notebook: try Notebook(parsing: bytes)) } catch { throw InspectionError(path, "\(error)") }
        } else if json["training_metadata"] != nil {
            let configuration = try ModelConfiguration(reading: path)
            self.init(kind: "configuration of a published model (config.json)")
            metadata = configuration.json.object ?? [:]
        } else {
            self.init(kind: "JSON")
            metadata["members"] = .array((json.object?.map(\.key) ?? []).map(JSON.string))
            if let count = json.array?.count { metadata["elements"] = .int(count) }
        }
    }

    private init(notebook: Notebook) throws {
        self.init(kind: "Jupyter notebook", version: "4.\(notebook.minorVersion)")
        metadata["kernel"] = notebook.kernelName.map(JSON.string) ?? .null
        metadata["language"] = notebook.language.map(JSON.string) ?? .null
        metadata["cells"] = .int(notebook.cells.count)
    }
}

import ApusSystem

/// A file of this module's making: complete or not at all, with failures as `DataError`.
package final class OutputFile {
    private let file: AtomicFile

    /// - Throws: `DataError` when the folder is missing or not writable.
    package init(path: String) throws(DataError) {
        do { file = try AtomicFile(path: path) } catch { throw DataError(error) }
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(DataError) {
        do { try file.write(bytes) } catch { throw DataError(error) }
    }

    package func write(_ bytes: [UInt8]) throws(DataError) {
        do { try file.write(bytes) } catch { throw DataError(error) }
    }

    package func write(_ text: String) throws(DataError) {
        do { try file.write(text) } catch { throw DataError(error) }
    }

    /// Writes everything to the disk; afterwards only `commit()` is left, which needs no space.
    package func sync() throws(DataError) {
        do { try file.sync() } catch { throw DataError(error) }
    }

    /// Syncs and gives the file its final name, replacing an older one.
    package func commit() throws(DataError) {
        do { try file.commit() } catch { throw DataError(error) }
    }
}

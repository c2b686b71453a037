import ApusModelFiles
import Testing

@Suite struct `Kinds of files` {
    @Test(arguments: [
        ("two_heads.h5", ModelFileKind.hdf5), ("two_heads.x.npy", .npy), ("layer_orders.json", .json),
    ])
    func `a file is known by its content`(name: String, kind: ModelFileKind) throws {
        #expect(try ModelFileKind.detect(Fixtures.path(name)) == kind)
    }

    @Test(
        arguments: [
            ([0x50, 0x4B, 3, 4], ModelFileKind.zip), ([0x80, 3, 0x63], .pickle), ([0x80, 9], .unknown), ([], .unknown), ([0x7B], .json),
            ([0x20, 0x0A, 0x5B], .json), ([16, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22], .safetensors), ([0x7F, 0x45, 0x4C, 0x46], .unknown),
        ] as [([UInt8], ModelFileKind)])
    func `the first bytes decide`(head: [UInt8], kind: ModelFileKind) {
        #expect(ModelFileKind.detect(head: head) == kind)
    }
}

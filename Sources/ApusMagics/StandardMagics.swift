public import ApusSession

/// The magics of the eight cells, in the order in which a notebook uses them, and what stands beside them.
public enum StandardMagics {
    public static let all: [any Magic.Type] = [
        InstallMagic.self, AuthMagic.self, DownloadMagic.self, PreprocessMagic.self, BuildMagic.self, TrainMagic.self, EvaluateMagic.self,
        UploadMagic.self,
        WalkForwardMagic.self, PredictMagic.self, ColumnsMagic.self, FeaturesMagic.self, SnapshotMagic.self, DeviceMagic.self,
    ]
}

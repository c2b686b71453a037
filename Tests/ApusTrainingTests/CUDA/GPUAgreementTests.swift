import ApusCUDA
import ApusNN
import ApusTraining
import CUDATestSupport
import Testing

/// A GPU that computes something else than the CPU is found at the first batch, before anything has been trained by it.
@Suite struct GPUAgreementTests {
    private static let kernels = ["gather", "gemm_32", "rows", "lstm_forward_16", "lstm_backward_16", "gru_backward_16", "weight_gradients"]
    private let run: GPURun

    init() throws { run = try GPURun() }

    @Test(arguments: kernels) func `a kernel that does nothing ends a run that insists on the GPU`(kernel: String) throws {
        let (model, first) = (try GPURun.model(), try GPURun.model())
        let error = try #require(
            #expect(throws: CUDAError.self) { try run.fit(model, GPURun.options(), on: FakeCUDA("skip=\(kernel)")) })
        #expect(error.kind == .wrongResult && error.message.hasPrefix("the GPU computes a "), "\(error)")
        #expect(model.difference(to: first) == 0)
    }

    @Test func `otherwise the CPU trains, with a warning`() throws {
        let (model, recorder) = (try GPURun.model(), Recorder())
        var options = GPURun.options(device: .automatic)
        let result = try run.fit(model, options, on: FakeCUDA("skip=lstm_backward_16"), observer: recorder)
        #expect(result.outcome == .completed)
        #expect(recorder.warnings.count == 1 && recorder.warnings[0].contains("training goes on on the CPU"), "\(recorder.warnings)")
        options.device = .cpu
        #expect(try model.difference(to: run.trained(options).model) == 0)
    }
}

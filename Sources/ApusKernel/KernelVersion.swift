/// The version that `kernel_info` reports.
public let kernelVersion = "0.1.0"

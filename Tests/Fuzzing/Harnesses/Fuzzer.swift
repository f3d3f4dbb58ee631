/// What libFuzzer's `main` calls first. It reads the arguments, and starts this program anew for some of them: which
/// harness is meant comes by the environment, as WARDER_HARNESS.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>
) -> CInt {
    Chosen.prepare()
    return 0
}

/// What it calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    unsafe Chosen.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

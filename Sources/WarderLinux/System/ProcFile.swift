import Glibc
import SystemPackage

/// Small files of the kernel below `/proc`, read whole.
enum ProcFile {
    /// The bytes of `path`; `nil` when it cannot be read or is larger than 64 KiB, which no such file is.
    static func read(_ path: String) -> [UInt8]? {
        try? Descriptor.open(path, flags: O_RDONLY).contents(limit: 65536)
    }
}

/// A decimal number without sign, or `nil`: nothing but digits, no overflow.
func decimal<Number: FixedWidthInteger>(_ text: some Collection<UInt8>, as type: Number.Type = Number.self) -> Number? {
    guard !text.isEmpty else { return nil }
    var value: Number = 0
    for byte in text {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Number(byte - UInt8(ascii: "0")))
        if overflow || carry { return nil }
        value = sum
    }
    return value
}

import CWarderSodium

/// Comparisons whose duration says nothing about where two values differ.
public enum ConstantTime {
    /// Whether both arrays are equal. Lengths are public: different ones are told apart at once.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                unsafe areEqual(left, right)
            }
        }
    }

    static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return true }
        return unsafe sodium_memcmp(leftBase, rightBase, left.count) == 0
    }
}

import CWarderSodium

/// Overwrites a transit buffer with zeros in a way that the optimiser may not drop.
///
/// Only this array's storage is reached. If another array shares it, Swift copies first and the other one keeps its
/// bytes, so call it on a buffer that was never handed on. The count stays as it is.
package func zero(_ array: inout [UInt8]) {
    unsafe array.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        unsafe sodium_memzero(base, bytes.count)
    }
}

import CWarderSodium

/// Secret bytes that never change, in locked and guarded memory, wiped when the last reference goes.
///
/// It is a class on purpose: a reference can lie in collections, closures and tasks while the bytes stay in one place,
/// so that nothing has to copy a secret in order to hand it on, and one `deinit` wipes it. It has no `Codable`, no
/// `Equatable` and no `Hashable`: comparing goes through ``isEqual(to:)``, and bytes leave through
/// ``withUnsafeBytes(_:)`` alone. Printing, dumping and interpolating show that there is a secret and nothing else.
///
/// The length is not secret. After `fork` a child that has not called `exec` finds zeros here.
@safe
public final class SecretBytes: @unchecked Sendable {
    // Unchecked, because a raw pointer is not Sendable. Nobody writes through it after `init`, and no other object
    // knows the block, so any number of threads may read.
    private let block: SecretBlock

    /// Number of bytes.
    public let count: Int

    private init(uninitialized count: Int) throws(SecretMemoryError) {
        guard count >= 0 else { throw .outOfBounds }
        self.block = try LockedMemory.arena.allocate(byteCount: count)
        self.count = count
    }

    /// Creates a secret of `count` bytes and lets `body` write it; the bytes are zero before.
    ///
    /// - Throws: ``SecretMemoryError``, or what `body` throws (the half-written bytes are wiped then).
    public convenience init(
        count: Int,
        initializingWith body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws {
        try self.init(uninitialized: count)
        // A throw from here on runs `deinit`, which wipes.
        try unsafe body(UnsafeMutableRawBufferPointer(start: block.address, count: count))
    }

    /// Creates a secret of `count` bytes and lets `body`, which cannot fail, write it; the bytes are zero before.
    package convenience init(
        count: Int,
        filling body: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(SecretMemoryError) {
        try self.init(uninitialized: count)
        unsafe body(UnsafeMutableRawBufferPointer(start: block.address, count: count))
    }

    /// Copies `bytes`; wiping the source stays the caller's duty.
    public convenience init(copying bytes: UnsafeRawBufferPointer) throws(SecretMemoryError) {
        try self.init(uninitialized: bytes.count)
        unsafe UnsafeMutableRawBufferPointer(start: block.address, count: count).copyMemory(from: bytes)
    }

    /// Copies `bytes`; wiping the source stays the caller's duty.
    public convenience init(copying bytes: [UInt8]) throws(SecretMemoryError) {
        // Half the time of the generic one below, which other modules call unspecialised.
        try self.init(uninitialized: bytes.count)
        unsafe UnsafeMutableRawBufferPointer(start: block.address, count: count).copyBytes(from: bytes)
    }

    /// Copies `bytes`; wiping the source stays the caller's duty.
    public convenience init(copying bytes: some Collection<UInt8>) throws(SecretMemoryError) {
        try self.init(uninitialized: bytes.count)
        unsafe UnsafeMutableRawBufferPointer(start: block.address, count: count).copyBytes(from: bytes)
    }

    deinit {
        LockedMemory.arena.release(block)
    }

    /// Random bytes from the kernel's generator.
    public static func random(count: Int) throws(SecretMemoryError) -> SecretBytes {
        try unsafe SecretBytes(count: count) { unsafe SecureRandom.fill($0) }
    }

    /// Calls `body` with the bytes, which are valid until it returns.
    ///
    /// What `body` copies out is outside of the protection of this type.
    public func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The optimiser may end the life of `self` after its last use, which would wipe the bytes under `body`.
        defer { withExtendedLifetime(self) {} }
        return try unsafe body(UnsafeRawBufferPointer(start: block.address, count: count))
    }

    /// Whether both hold the same bytes, in a time that depends on the length alone; lengths are public.
    public func isEqual(to other: SecretBytes) -> Bool {
        unsafe withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                unsafe ConstantTime.areEqual(left, right)
            }
        }
    }

    /// Whether this is `bytes`, in a time that depends on the lengths alone.
    package func isEqual(to bytes: [UInt8]) -> Bool {
        unsafe withUnsafeBytes { left in
            unsafe bytes.withUnsafeBytes { right in
                unsafe ConstantTime.areEqual(left, right)
            }
        }
    }

    /// A copy of the bytes in `range`, counted from zero.
    ///
    /// - Throws: ``SecretMemoryError/outOfBounds`` for a range that reaches outside.
    public func slice(_ range: Range<Int>) throws(SecretMemoryError) -> SecretBytes {
        guard range.lowerBound >= 0, range.upperBound <= count else { throw .outOfBounds }
        return try unsafe withUnsafeBytes { bytes throws(SecretMemoryError) in
            try unsafe SecretBytes(copying: UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }
}

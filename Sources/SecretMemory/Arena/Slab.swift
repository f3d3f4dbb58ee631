/// 64 KiB of a region cut into equal slots, with a bitmap of the free ones.
///
/// The bookkeeping lies outside of the secret memory, so that a stray write through a secret cannot bend the allocator.
@safe
struct Slab {
    static let byteCount = 64 << 10

    private let base: UnsafeMutableRawPointer
    /// Binary logarithm of the size of a slot.
    private let shift: Int
    /// A set bit is a free slot.
    private var free: [UInt64]
    /// No word before this one has a free slot.
    private var firstWord = 0
    private(set) var freeCount: Int

    let slotCount: Int

    var slotByteCount: Int { 1 << shift }
    var isFull: Bool { freeCount == 0 }
    var isEmpty: Bool { freeCount == slotCount }

    init(base: UnsafeMutableRawPointer, sizeClass: SizeClass) {
        unsafe self.base = unsafe base
        shift = sizeClass.shift
        slotCount = Self.byteCount >> shift
        freeCount = slotCount
        free =
            slotCount < 64
            ? [(1 << UInt64(slotCount)) - 1] : [UInt64](repeating: .max, count: slotCount / 64)
    }

    /// Takes a free slot; the lowest one, because it is the likeliest to be in the cache. `nil` when there is none.
    mutating func take() -> UnsafeMutableRawPointer? {
        guard freeCount > 0 else { return nil }
        while free[firstWord] == 0 { firstWord += 1 }
        let bit = free[firstWord].trailingZeroBitCount
        free[firstWord] &= ~(1 << UInt64(bit))
        freeCount -= 1
        return unsafe base + ((firstWord * 64 + bit) << shift)
    }

    /// Takes back a slot that ``take()`` gave.
    mutating func put(_ address: UnsafeMutableRawPointer) {
        let slot = unsafe (address - base) >> shift
        let (word, mask) = (slot / 64, UInt64(1) << UInt64(slot % 64))
        // Two owners of one slot would show one secret to the holder of another: stop at once.
        precondition(free[word] & mask == 0, "a block of secret memory was released twice")
        free[word] |= mask
        freeCount += 1
        firstWord = min(firstWord, word)
    }
}

/// Slot sizes: powers of two from 32 bytes to a whole slab.
struct SizeClass: Hashable {
    static let smallestShift = 5
    static let largestShift = 16
    static let count = largestShift - smallestShift + 1

    let shift: Int
    var index: Int { shift - Self.smallestShift }

    /// The smallest class that holds `byteCount` bytes; `nil` when it needs a region of its own.
    init?(holding byteCount: Int) {
        guard byteCount <= 1 << Self.largestShift else { return nil }
        let bits = Int.bitWidth - max(byteCount - 1, 0).leadingZeroBitCount
        shift = max(bits, Self.smallestShift)
    }
}

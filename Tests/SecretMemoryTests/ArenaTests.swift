import RandomTesting
import Testing

@testable import SecretMemory

@Suite struct ArenaTests {
    private static let regionBytes = 256 << 10

    @Test func `random allocations keep their bytes, never overlap and are zero at first`() throws {
        let seed = UInt64.random(in: .min ... .max)
        print("arena property test, seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 32 << 20)
        var held: [(block: SecretBlock, mark: UInt8)] = []
        var wrong = 0
        for _ in 0..<10_000 {
            if held.count < 300, Bool.random(using: &generator) || held.isEmpty {
                // Sizes spread over all classes, and some beyond them.
                let byteCount = Int.random(in: 0...(1 << Int.random(in: 0...17, using: &generator)), using: &generator)
                let block = try arena.allocate(byteCount: byteCount)
                let mark = UInt8.random(in: 1...255, using: &generator)
                if block.capacity < byteCount { wrong += 1 }
                if unsafe UInt(bitPattern: block.address) % 32 != 0 { wrong += 1 }
                if !block.isFilled(with: 0) { wrong += 1 }
                block.fill(with: mark)
                held.append((block, mark))
            } else {
                let (block, mark) = held.swapRemove(at: Int.random(in: held.indices, using: &generator))
                // A neighbour that had written here would have left its own mark.
                if !block.isFilled(with: mark) { wrong += 1 }
                arena.release(block)
            }
        }
        #expect(wrong == 0, "seed \(seed)")
        let inUse = held.reduce(0) { $0 + $1.block.capacity }
        #expect(arena.status.inUseBytes == inUse, "seed \(seed)")
        for (block, mark) in held {
            #expect(block.isFilled(with: mark), "seed \(seed)")
            arena.release(block)
        }
        #expect(arena.status.inUseBytes == 0, "seed \(seed)")
        // What stays: one open slab a class at most (12 of them, four to a region, wherever they lie), and one spare
        // region.
        #expect(arena.status.heldBytes <= 13 * Self.regionBytes, "seed \(seed)")
    }

    @Test func `threads share an arena`() async throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 32 << 20)
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 1...8 {
                group.addTask {
                    var generator = SeededGenerator(seed: UInt64(worker))
                    var wrong = 0
                    for _ in 0..<2000 {
                        let blocks = try (0..<4).map { _ in
                            try arena.allocate(byteCount: Int.random(in: 1...5000, using: &generator))
                        }
                        for block in blocks { block.fill(with: UInt8(worker)) }
                        for block in blocks {
                            if !block.isFilled(with: UInt8(worker)) { wrong += 1 }
                            arena.release(block)
                        }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
        #expect(arena.status.inUseBytes == 0)
    }

    @Test(arguments: [1, 64, 5000, 65_536])
    func `a slot that is used again is zero`(byteCount: Int) throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 1 << 20)
        let first = try arena.allocate(byteCount: byteCount)
        first.fill(with: 0xaa)
        let address = unsafe first.address
        arena.release(first)
        let second = try arena.allocate(byteCount: byteCount)
        // Otherwise the test would look at fresh memory and prove nothing.
        #expect(unsafe second.address == address)
        #expect(second.isFilled(with: 0))
        arena.release(second)
    }

    @Test func `a released slot is wiped at once, not at the next use`() throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 1 << 20)
        let block = try arena.allocate(byteCount: 500)
        block.fill(with: 0xaa)
        arena.release(block)
        // The slab stays mapped, so that the bytes can still be looked at.
        #expect(block.isFilled(with: 0))
    }

    @Test func `small secrets share one region`() throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 1 << 20)
        let blocks = try (0..<2000).map { _ in try arena.allocate(byteCount: 32) }
        #expect(arena.status.heldBytes == Self.regionBytes)
        for block in blocks { arena.release(block) }
    }

    @Test func `a large secret gives its memory back`() throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 4 << 20)
        let block = try arena.allocate(byteCount: 1 << 20)
        #expect(arena.status.heldBytes == 1 << 20)
        #expect(arena.status.inUseBytes == 1 << 20)
        arena.release(block)
        #expect(arena.status.heldBytes == 0)
    }

    @Test func `beyond the limit nothing is allocated, and after a release it is`() throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: Self.regionBytes)
        let blocks = try (0..<4).map { _ in try arena.allocate(byteCount: 65_536) }
        let refusal = SecretMemoryError.limitReached(maximumBytes: Self.regionBytes)
        #expect(throws: refusal) { try arena.allocate(byteCount: 65_536) }
        #expect(throws: refusal) { try arena.allocate(byteCount: 1) }
        #expect(throws: refusal) { try arena.allocate(byteCount: 1 << 20) }
        arena.release(blocks[2])
        arena.release(try arena.allocate(byteCount: 65_536))
        for index in [0, 1, 3] { arena.release(blocks[index]) }
    }

    @Test func `an absurd size is refused`() {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: .max)
        #expect(throws: SecretMemoryError.outOfMemory(requestedBytes: .max)) { try arena.allocate(byteCount: .max) }
        #expect(throws: SecretMemoryError.outOfMemory(requestedBytes: 1 << 60)) {
            try arena.allocate(byteCount: 1 << 60)
        }
        #expect(arena.status.heldBytes == 0)
    }

    @Test func `empty slabs of other sizes make room`() throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: Self.regionBytes)
        // Four sizes occupy the four slabs of the only region and leave them empty.
        for byteCount in [32, 64, 128, 256] { arena.release(try arena.allocate(byteCount: byteCount)) }
        let small = try arena.allocate(byteCount: 512)
        #expect(arena.status.heldBytes == Self.regionBytes)
        arena.release(small)
        let large = try arena.allocate(byteCount: 200_000)
        arena.release(large)
        #expect(arena.status.heldBytes == 0)
    }

    @Test func `an empty slab of another size is cut anew where its region has to stay`() throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: Self.regionBytes)
        let keeper = try arena.allocate(byteCount: 32)
        for byteCount in [64, 128, 256] { arena.release(try arena.allocate(byteCount: byteCount)) }
        let other = try arena.allocate(byteCount: 512)
        #expect(arena.status.heldBytes == Self.regionBytes)
        arena.release(other)
        arena.release(keeper)
    }

    @Test func `a burst does not keep its regions`() throws {
        let arena = SecretArena(policy: .bestEffort, maximumBytes: 16 << 20)
        let blocks = try (0..<200).map { _ in try arena.allocate(byteCount: 60_000) }
        #expect(arena.status.heldBytes == 50 * Self.regionBytes)
        for block in blocks { arena.release(block) }
        #expect(arena.status.heldBytes <= 2 * Self.regionBytes)
    }

    @Test func `releasing twice ends the process`() async {
        await #expect(processExitsWith: .failure) {
            let arena = SecretArena(policy: .bestEffort, maximumBytes: 1 << 20)
            let block = try arena.allocate(byteCount: 32)
            arena.release(block)
            arena.release(block)
        }
    }
}

extension LockedMemoryStatus {
    var heldBytes: Int { lockedBytes + unlockedBytes }
}

extension SecretBlock {
    func fill(with byte: UInt8) {
        unsafe UnsafeMutableRawBufferPointer(start: address, count: capacity)
            .initializeMemory(as: UInt8.self, repeating: byte)
    }

    func isFilled(with byte: UInt8) -> Bool {
        unsafe UnsafeRawBufferPointer(start: address, count: capacity).allSatisfy { $0 == byte }
    }
}

extension Array {
    /// Removes in constant time, without keeping the order.
    mutating func swapRemove(at index: Int) -> Element {
        swapAt(index, count - 1)
        return removeLast()
    }
}

/// What the arena knows; every method runs under its lock.
///
/// Small blocks come from slabs of one slot size, four slabs to a region of 256 KiB. Larger blocks get a region of
/// their own, which goes back to the kernel with them. Slab `n` is part `n % 4` of region `n / 4`.
struct ArenaState {
    private static let slabsPerRegion = 4

    private var policy: LockedMemory.Policy
    private var maximumBytes: Int
    private let locker: MemoryLocker

    /// `nil` where a region was given back.
    private var regions: [MemoryRegion?] = []
    /// `nil` where the part is not cut into slots now.
    private var slabs: [Slab?] = []
    /// For each size class the slabs that have a free slot.
    private var open = [[Int]](repeating: [], count: SizeClass.count)
    /// Parts of regions that are free to become slabs.
    private var spare: [Int] = []

    private var lockedBytes = 0
    private var unlockedBytes = 0
    private var inUseBytes = 0

    init(policy: LockedMemory.Policy, maximumBytes: Int, locker: MemoryLocker) {
        self.policy = policy
        self.maximumBytes = maximumBytes
        self.locker = locker
    }

    var status: LockedMemoryStatus {
        LockedMemoryStatus(
            policy: policy,
            lockedBytes: lockedBytes,
            unlockedBytes: unlockedBytes,
            inUseBytes: inUseBytes,
            maximumBytes: maximumBytes,
            lockLimitBytes: MemoryRegion.lockLimitBytes
        )
    }

    mutating func configure(policy: LockedMemory.Policy, maximumBytes: Int) throws(SecretMemoryError) {
        self.policy = policy
        self.maximumBytes = maximumBytes
        for index in regions.indices {
            guard var region = regions[index], !region.isLocked else { continue }
            region.relock(with: locker)
            regions[index] = region
            guard region.isLocked else { continue }
            unlockedBytes -= region.byteCount
            lockedBytes += region.byteCount
        }
        try checkPolicy()
    }

    mutating func allocate(byteCount: Int) throws(SecretMemoryError) -> SecretBlock {
        try checkPolicy()
        guard let sizeClass = SizeClass(holding: byteCount) else {
            let index = try addRegion(byteCount: byteCount)
            guard let region = regions[index] else { throw .outOfMemory(requestedBytes: byteCount) }
            inUseBytes += region.byteCount
            return unsafe SecretBlock(address: region.base, capacity: region.byteCount, home: .region(index))
        }
        let index: Int
        if let last = open[sizeClass.index].last { index = last } else { index = try openSlab(sizeClass) }
        guard let address = unsafe slabs[index]?.take() else { throw .outOfMemory(requestedBytes: byteCount) }
        if slabs[index]?.isFull == true { open[sizeClass.index].removeLast() }
        let capacity = 1 << sizeClass.shift
        inUseBytes += capacity
        return unsafe SecretBlock(address: address, capacity: capacity, home: .slab(index))
    }

    mutating func release(_ block: SecretBlock) {
        inUseBytes -= block.capacity
        switch block.home {
        case .region(let index):
            removeRegion(index)
        case .slab(let index):
            guard let sizeClass = SizeClass(holding: block.capacity) else { return }
            if slabs[index]?.isFull == true { open[sizeClass.index].append(index) }
            unsafe slabs[index]?.put(block.address)
            // The only open slab of a class stays, so that a single secret that comes and goes does not cut it anew
            // each time.
            guard slabs[index]?.isEmpty == true, open[sizeClass.index].count > 1 else { return }
            closeSlab(index, sizeClass.index)
            // One spare region is kept for the same reason.
            if spare.count > Self.slabsPerRegion { removeIfUnused(index / Self.slabsPerRegion) }
        }
    }

    // MARK: Slabs

    private mutating func openSlab(_ sizeClass: SizeClass) throws(SecretMemoryError) -> Int {
        if spare.isEmpty {
            do throws(SecretMemoryError) {
                let region = try addRegion(byteCount: Slab.byteCount * Self.slabsPerRegion)
                spare += (0..<Self.slabsPerRegion).reversed().map { region * Self.slabsPerRegion + $0 }
            } catch {
                // Making room may have emptied a slab of another size, which will do.
                guard !spare.isEmpty else { throw error }
            }
        }
        let index = spare.removeLast()
        guard let region = regions[index / Self.slabsPerRegion] else {
            throw .outOfMemory(requestedBytes: Slab.byteCount)
        }
        let base = unsafe region.base + index % Self.slabsPerRegion * Slab.byteCount
        slabs[index] = unsafe Slab(base: base, sizeClass: sizeClass)
        open[sizeClass.index].append(index)
        return index
    }

    private mutating func closeSlab(_ index: Int, _ classIndex: Int) {
        open[classIndex].removeAll { $0 == index }
        slabs[index] = nil
        spare.append(index)
    }

    // MARK: Regions

    private func checkPolicy() throws(SecretMemoryError) {
        if policy == .required, unlockedBytes > 0 { throw .notLocked(limitBytes: MemoryRegion.lockLimitBytes) }
    }

    private mutating func addRegion(byteCount: Int) throws(SecretMemoryError) -> Int {
        do throws(SecretMemoryError) {
            return try mapRegion(byteCount: byteCount)
        } catch {
            // Empty slabs of other sizes may be in the way of the limit.
            guard reclaim() else { throw error }
            return try mapRegion(byteCount: byteCount)
        }
    }

    private mutating func mapRegion(byteCount: Int) throws(SecretMemoryError) -> Int {
        guard byteCount <= maximumBytes - lockedBytes - unlockedBytes else {
            throw .limitReached(maximumBytes: maximumBytes)
        }
        guard let region = MemoryRegion(byteCount: byteCount, locker: locker) else {
            throw .outOfMemory(requestedBytes: byteCount)
        }
        if region.isLocked {
            lockedBytes += region.byteCount
        } else if policy == .bestEffort {
            unlockedBytes += region.byteCount
        } else {
            region.free()
            throw .notLocked(limitBytes: MemoryRegion.lockLimitBytes)
        }
        if let vacant = regions.firstIndex(where: { $0 == nil }) {
            regions[vacant] = region
            return vacant
        }
        regions.append(region)
        slabs.append(contentsOf: repeatElement(nil, count: Self.slabsPerRegion))
        return regions.count - 1
    }

    private mutating func removeRegion(_ index: Int) {
        guard let region = regions[index] else { return }
        regions[index] = nil
        if region.isLocked { lockedBytes -= region.byteCount } else { unlockedBytes -= region.byteCount }
        region.free()
    }

    private mutating func removeIfUnused(_ index: Int) {
        let parts = index * Self.slabsPerRegion..<(index + 1) * Self.slabsPerRegion
        guard spare.count(where: parts.contains) == Self.slabsPerRegion else { return }
        spare.removeAll(where: parts.contains)
        removeRegion(index)
    }

    /// Gives back every region that holds no secret; whether there was one.
    private mutating func reclaim() -> Bool {
        let before = lockedBytes + unlockedBytes
        for classIndex in open.indices {
            for index in open[classIndex] where slabs[index]?.isEmpty == true { closeSlab(index, classIndex) }
        }
        for index in Set(spare.map { $0 / Self.slabsPerRegion }) { removeIfUnused(index) }
        return lockedBytes + unlockedBytes < before
    }
}

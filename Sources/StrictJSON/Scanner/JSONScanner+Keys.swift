extension JSONScanner {
    /// Up to this many members, comparing every pair is faster than sorting.
    private static let pairwiseLimit = 12

    /// Refuses an object in which two keys are the same once their escapes are resolved.
    ///
    /// Sorting, not hashing, so that nobody can choose keys that make the check slow.
    mutating func checkKeys(ofObject index: Int, count: Int, in bytes: Span<UInt8>) throws(JSONError) {
        guard count <= Self.pairwiseLimit else { return try checkManyKeys(ofObject: index, count: count, in: bytes) }
        let end = Int(tape[index].next)
        var key = index &+ 1
        while key < end {
            if !tape[key].flags.isDisjoint(with: [.hasEscapes, .hasNonASCII]) {
                tape[index].flags.insert(.hasUnusualKeys)
            }
            var earlier = index &+ 1
            while earlier < key {
                if areEqual(tape[earlier], tape[key], in: bytes) {
                    throw .duplicateKey(at: Int(tape[key].start))
                }
                earlier = Int(tape[earlier &+ 1].next)
            }
            key = Int(tape[key &+ 1].next)
        }
    }

    private mutating func checkManyKeys(ofObject index: Int, count: Int, in bytes: Span<UInt8>) throws(JSONError) {
        var keys: [JSONTapeEntry] = []
        keys.reserveCapacity(count)
        let end = Int(tape[index].next)
        var key = index &+ 1
        while key < end {
            keys.append(tape[key])
            if !tape[key].flags.isDisjoint(with: [.hasEscapes, .hasNonASCII]) {
                tape[index].flags.insert(.hasUnusualKeys)
            }
            key = Int(tape[key &+ 1].next)
        }
        KeyOrder.sort(&keys, in: bytes)
        for (left, right) in zip(keys, keys.dropFirst()) where areEqual(left, right, in: bytes) {
            throw .duplicateKey(at: Int(max(left.start, right.start)))
        }
    }

    @inline(__always)
    private func areEqual(_ left: JSONTapeEntry, _ right: JSONTapeEntry, in bytes: Span<UInt8>) -> Bool {
        let isPlain = !left.flags.contains(.hasEscapes) && !right.flags.contains(.hasEscapes)
        if isPlain, left.end &- left.start != right.end &- right.start { return false }
        return KeyOrder.compare(left, right, in: bytes) == 0
    }
}

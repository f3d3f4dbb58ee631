import Testing
import TransparencyLog
import WarderCrypto

/// Hashes, the compact form of a tree, and what is kept of it.
@Suite struct FrontierTests {
    static let wellKnownLeaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57),
        Array(0x60...0x6F),
    ]

    @Test("the tree of the well-known eight leaves has the well-known root")
    func wellKnown() {
        var frontier = Frontier()
        for leaf in Self.wellKnownLeaves { frontier.append(.leaf(leaf)) }
        #expect(frontier.root.base64 == "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=")
        #expect(frontier.root.hex == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
        #expect(frontier.size == 8)
    }

    @Test("the empty tree has the hash of nothing as its root")
    func empty() {
        #expect(Frontier().root.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    }

    @Test("an event of the format's page has the leaf that stands there")
    func event() {
        let line = """
            {"action":"stop","actor":"vault","decision":"allowed","id":"evt_000102030405060708090a0b0c0d0e0f","seq":1,\
            "time":"2026-11-21T09:30:00.000Z","type":"vault.stop"}
            """
        let leaf = TreeHash.leaf(Array(line.utf8))
        #expect(leaf.hex == "60dce39f05ffcab119a703d15958c877563592ebaf8d7d2789f871db72c136f4")
    }

    @Test("leaf and node are the hashes of their prefixed contents, byte for byte")
    func prefixes() {
        let left = TreeHash.leaf([1, 2, 3])
        let right = TreeHash.leaf([])
        #expect(left.bytes == SHA256Digest.hash([0, 1, 2, 3]))
        #expect(right.bytes == SHA256Digest.hash([0]))
        #expect(TreeHash.node(left, right).bytes == SHA256Digest.hash([1] + left.bytes + right.bytes))
    }

    @Test("a hash has one text of each kind")
    func texts() throws {
        let hash = TreeHash.leaf([7])
        #expect(TreeHash(base64: hash.base64) == hash)
        #expect(TreeHash(hex: hash.hex) == hash)
        #expect(TreeHash(hash.bytes) == hash)
        #expect(TreeHash(hex: hash.hex.uppercased()) == nil)
        #expect(TreeHash(hex: hash.hex.dropLast()) == nil)
        #expect(TreeHash(hex: hash.hex + "00") == nil)
        #expect(TreeHash(base64: hash.base64.dropLast()) == nil)
        #expect(TreeHash(base64: hash.base64 + "\n") == nil)
        // Bits behind the last byte.
        let ending = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="
        #expect(TreeHash(base64: ending) == nil)
        #expect(TreeHash(Array(repeating: 0, count: 31)) == nil)
        #expect(TreeHash(Array(repeating: 0, count: 33)) == nil)
    }

    @Test("at every size up to 600 the root is that of the definition")
    func roots() {
        let leaves = numberedLeaves(600)
        var frontier = Frontier()
        for (count, leaf) in leaves.enumerated() {
            frontier.append(leaf)
            guard count < 70 || count.isMultiple(of: 37) || (250...260).contains(count) else { continue }
            #expect(frontier.root == Definition.root(leaves[...count]), "size \(count + 1)")
        }
    }

    @Test("each 256th leaf completes a node of level 8, each 65,536th one of level 16, and no other leaf any")
    func completed() {
        let leaf = TreeHash.leaf([])
        var frontier = Frontier()
        for number in 1...65_536 as ClosedRange<UInt64> {
            let nodes = frontier.append(leaf)
            guard number.isMultiple(of: 256) else {
                if !nodes.isEmpty { Issue.record("leaf \(number) completes something") }
                continue
            }
            #expect(nodes.first?.level == 8)
            #expect(nodes.first?.index == number / 256 - 1)
            #expect(nodes.count == (number == 65_536 ? 2 : 1))
            if number == 65_536 {
                #expect(nodes.last == CompletedNode(level: 16, index: 0, hash: frontier.root))
            }
        }
    }

    @Test("a tree is rebuilt from the rows that are kept, at any size")
    func rebuilt() throws {
        var tree = MemoryTree()
        for (at, leaf) in numberedLeaves(1_300).enumerated() {
            tree.append(leaf)
            guard at < 20 || at.isMultiple(of: 61) || (at + 1).isMultiple(of: 256) else { continue }
            let rebuilt = try Frontier(size: UInt64(at + 1), from: tree)
            #expect(rebuilt == tree.frontier, "size \(at + 1)")
        }
    }

    @Test("a missing row is an error when the tree is rebuilt, not another tree")
    func missingRow() {
        for level in [0, 8] {
            var tree = MemoryTree(numberedLeaves(515))
            tree.lose(level: level)
            let damaged = tree
            #expect(throws: TreeDamage.self) { try Frontier(size: 515, from: damaged) }
        }
    }

    @Test("roots of subtrees make a tree only in the number that its size asks for")
    func peaks() {
        let whole = MemoryTree(numberedLeaves(13)).frontier
        #expect(Frontier(size: 13, peaks: whole.peaks) == whole)
        #expect(Frontier(size: 12, peaks: whole.peaks) == nil)
        #expect(Frontier(size: 15, peaks: whole.peaks) == nil)
    }

    @Test("a copy of the tree goes its own way")
    func value() {
        var frontier = MemoryTree(numberedLeaves(7)).frontier
        let before = frontier
        frontier.append(.leaf([9]))
        #expect(before == MemoryTree(numberedLeaves(7)).frontier)
        #expect(frontier.root != before.root)
    }
}

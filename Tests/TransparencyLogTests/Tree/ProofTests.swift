import RandomTesting
import Testing
import TransparencyLog

/// Proofs are those of the RFC, made from few hashes, and verified strictly.
@Suite struct ProofTests {
    @Test("at every size up to 40 each proof is that of the definition, and shows what it says")
    func small() throws {
        let leaves = numberedLeaves(40)
        for size in 1...40 {
            let tree = MemoryTree(leaves[..<size])
            let root = tree.frontier.root
            var prover = TreeProver(tree, size: UInt64(size))
            #expect(try prover.root() == root)
            for index in 0..<size {
                let proof = try #require(try prover.inclusion(of: UInt64(index)))
                #expect(proof.path == Definition.path(index, leaves[..<size]))
                #expect(proof.shows(leaves[index], in: root))
            }
            for old in 1...size {
                let proof = try #require(try prover.consistency(with: UInt64(old)))
                #expect(proof.path == Definition.proof(old, leaves[..<size]), "\(old) in \(size)")
                #expect(proof.shows(Definition.root(leaves[..<old]), in: root))
            }
        }
    }

    @Test("in trees over kept levels each proof is that of the definition, and reads two tiles of a level at most")
    func large() throws {
        var numbers = SeededGenerator.printed()
        let leaves = numberedLeaves(3_000)
        let tree = MemoryTree(leaves)
        for _ in 0..<60 {
            let size = Int.random(in: 257...3_000, using: &numbers)
            let index = Int.random(in: 0..<size, using: &numbers)
            let old = Int.random(in: 1...size, using: &numbers)
            tree.readings.counts = [:]
            var prover = TreeProver(tree, size: UInt64(size))
            let inclusion = try #require(try prover.inclusion(of: UInt64(index)))
            #expect(tree.readings.counts.values.allSatisfy { $0.count <= 2 && $0.allSatisfy { $0 <= 256 } })
            #expect(inclusion.path == Definition.path(index, leaves[..<size]), "\(index) in \(size)")
            #expect(inclusion.shows(leaves[index], in: try prover.root()))
            tree.readings.counts = [:]
            prover = TreeProver(tree, size: UInt64(size))
            let consistency = try #require(try prover.consistency(with: UInt64(old)))
            #expect(tree.readings.counts.values.allSatisfy { $0.count <= 2 && $0.allSatisfy { $0 <= 256 } })
            #expect(consistency.path == Definition.proof(old, leaves[..<size]), "\(old) in \(size)")
        }
    }

    @Test("there is no proof for a leaf beyond the tree, for no older tree, and for a larger one")
    func bounds() throws {
        var prover = TreeProver(MemoryTree(numberedLeaves(5)), size: 5)
        #expect(try prover.inclusion(of: 5) == nil)
        #expect(try prover.consistency(with: 0) == nil)
        #expect(try prover.consistency(with: 6) == nil)
        var none = TreeProver(MemoryTree(), size: 0)
        #expect(try none.root() == .empty)
        #expect(try none.inclusion(of: 0) == nil)
    }

    @Test("a proof with a changed, missing or further hash, another place or another size shows nothing")
    func strict() throws {
        let leaves = numberedLeaves(23)
        let tree = MemoryTree(leaves)
        var prover = TreeProver(tree, size: 23)
        let root = tree.frontier.root
        for index in 0..<23 {
            let proof = try #require(try prover.inclusion(of: UInt64(index)))
            for altered in Self.alterations(proof.path) {
                var other = proof
                other.path = altered
                #expect(!other.shows(leaves[index], in: root))
            }
            var moved = proof
            moved.index ^= 1
            #expect(!moved.shows(leaves[index], in: root))
            moved = proof
            moved.index = .max
            #expect(!moved.shows(leaves[index], in: root))
        }
        for old in 1...23 {
            let proof = try #require(try prover.consistency(with: UInt64(old)))
            let oldRoot = Definition.root(leaves[..<old])
            for altered in Self.alterations(proof.path) {
                var other = proof
                other.path = altered
                #expect(!other.shows(oldRoot, in: root), "\(old)")
            }
            #expect(!proof.shows(oldRoot, in: oldRoot) || old == 23)
            var resized = proof
            resized.oldSize = 0
            #expect(!resized.shows(oldRoot, in: root))
            resized.oldSize = 24
            #expect(!resized.shows(oldRoot, in: root))
        }
    }

    private static func alterations(_ path: [TreeHash]) -> [[TreeHash]] {
        let other = TreeHash.leaf([0xFF])
        return path.indices.map { at in
            var changed = path
            changed[at] = other
            return changed
        } + [path + [other], [other] + path] + (path.isEmpty ? [] : [Array(path.dropLast()), Array(path.dropFirst())])
    }
}

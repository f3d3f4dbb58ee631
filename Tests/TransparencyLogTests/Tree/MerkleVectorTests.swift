import Testing
import TransparencyLog

/// The published vectors, those that must be refused among them.
@Suite(.enabled(if: MerkleVectors.areThere, MerkleVectors.missing))
struct MerkleVectorTests {
    @Test("inclusion is shown where the vectors say so, and nowhere else")
    func inclusion() throws {
        let vectors: [MerkleVectors.Inclusion] = try MerkleVectors.all("inclusion")
        #expect(vectors.count == 98)
        for vector in vectors {
            #expect(Self.shows(vector) == !vector.wantErr, "\(vector.desc)")
        }
        #expect(vectors.contains { !$0.wantErr })
    }

    @Test("consistency is shown where the vectors say so, and nowhere else")
    func consistency() throws {
        let vectors: [MerkleVectors.Consistency] = try MerkleVectors.all("consistency")
        #expect(vectors.count == 98)
        for vector in vectors {
            #expect(Self.shows(vector) == !vector.wantErr, "\(vector.desc)")
        }
        #expect(vectors.contains { !$0.wantErr })
    }

    private static func shows(_ vector: MerkleVectors.Inclusion) -> Bool {
        guard let root = TreeHash(base64: vector.root), let leaf = TreeHash(base64: vector.leafHash),
            let path = path(vector.proof)
        else { return false }
        return InclusionProof(index: vector.leafIdx, size: vector.treeSize, path: path).shows(leaf, in: root)
    }

    /// One vector has roots that are no hashes, and must be accepted: equal texts stand for equal hashes.
    private static func shows(_ vector: MerkleVectors.Consistency) -> Bool {
        guard let path = path(vector.proof) else { return false }
        let old = TreeHash(base64: vector.root1) ?? .leaf(Array(vector.root1.utf8))
        let new = TreeHash(base64: vector.root2) ?? .leaf(Array(vector.root2.utf8))
        return ConsistencyProof(oldSize: vector.size1, newSize: vector.size2, path: path).shows(old, in: new)
    }

    private static func path(_ texts: [String]?) -> [TreeHash]? {
        let hashes = (texts ?? []).map { TreeHash(base64: $0) }
        return hashes.contains(nil) ? nil : hashes.compactMap(\.self)
    }
}

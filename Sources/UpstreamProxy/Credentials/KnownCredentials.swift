import Locking
import SecretMemory
import SecretRedaction

/// What has been sent to one upstream during the launch, so that none of it comes back in an answer: an upstream may
/// repeat today what it was sent yesterday.
final class KnownCredentials: Sendable {
    private struct State {
        var versions: [(version: UInt32, value: SecretBytes)] = []
        var shapes: SecretShapes?
    }

    /// Older ones are forgotten: they have long ceased to work.
    private static let most = 8

    private let state = Locked(State())

    /// The shapes of all that was sent, this one included.
    ///
    /// - Throws: Where it cannot be looked for.
    func shapes(adding value: SecretBytes, version: UInt32) throws(SecretShapes.Unusable) -> SecretShapes {
        try state.withLock { state throws(SecretShapes.Unusable) in
            let isKnown = state.versions.contains { $0.version == version && $0.value.isEqual(to: value) }
            if isKnown, let shapes = state.shapes { return shapes }
            var versions = state.versions.filter { $0.version != version }
            versions.append((version, value))
            versions = versions.suffix(Self.most)
            let shapes = try SecretShapes(versions.map(\.value))
            state.versions = versions
            state.shapes = shapes
            return shapes
        }
    }
}

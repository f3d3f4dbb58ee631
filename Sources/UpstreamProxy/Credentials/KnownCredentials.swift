import Locking
import SecretMemory
import SecretRedaction
import WarderModel

/// What has been sent to upstreams during the launch, so that none of it comes back in an answer: an upstream may repeat
/// today what it was sent yesterday, and one may hold what another was sent, as where both are the same host.
package final class KnownCredentials: Sendable {
    /// One version of one field.
    private struct Sent {
        let secret: SecretName
        let field: FieldName
        let version: UInt32
        let value: SecretBytes
    }

    private struct State {
        var sent: [Sent] = []
        var shapes: SecretShapes?
    }

    /// Versions of one field: older ones are forgotten, as they have long ceased to work.
    private static let most = 8

    private let state = Locked(State())

    /// Knows of nothing that was sent.
    package init() {}

    /// The shapes of all that was sent; `nil` before that.
    var shapes: SecretShapes? { state.withLock { $0.shapes } }

    /// The shapes of all that was sent, this one included.
    ///
    /// - Throws: Where it cannot be looked for.
    func shapes(
        adding value: SecretBytes,
        version: UInt32,
        of secret: SecretName,
        field: FieldName
    ) throws(SecretShapes.Unusable) -> SecretShapes {
        try state.withLock { state throws(SecretShapes.Unusable) in
            let own = state.sent.filter { $0.secret == secret && $0.field == field }
            let isKnown = own.contains { $0.version == version && $0.value.isEqual(to: value) }
            if isKnown, let shapes = state.shapes { return shapes }
            let others = state.sent.filter { $0.secret != secret || $0.field != field }
            let earlier = own.filter { $0.version != version }.suffix(Self.most - 1)
            let sent = others + earlier + [Sent(secret: secret, field: field, version: version, value: value)]
            let shapes = try SecretShapes(sent.map(\.value))
            state.sent = sent
            state.shapes = shapes
            return shapes
        }
    }
}

import SecretMemory
import StrictJSON
import WarderModel

/// The two answers that hold something secret are read by hand, from the body into protected memory.
extension VaultAnswer {
    /// What an answer to a token request tells.
    struct Issued {
        let text: SecretBytes
        /// Life from the moment the vault issued it.
        let life: Duration
    }

    /// The token of `POST /v1/tokens`.
    ///
    /// - Throws: As `document(expecting:)`; `.protocolViolation` for a token that could not be sent back in a header,
    ///   or a life that is
    ///   not 1 s to 1 h.
    func issuedToken() throws(WarderClientError) -> Issued {
        let root = try document(expecting: 201).root
        let text = try Self.secret(root.member("token"))
        guard Self.isHeaderText(text), let life = try? root.member("expires_in")?.int(), (1...3_600).contains(life)
        else {
            throw WarderClientError(.protocolViolation)
        }
        return Issued(text: text, life: .seconds(life))
    }

    /// The values of `GET /v1/secrets/{name}`, which lists several, and has one in itself.
    ///
    /// - Throws: As `document(expecting:)`; `.protocolViolation` for an answer about something that was not asked.
    func secret(_ request: SecretRequest, token: VaultToken) throws(WarderClientError) -> ResolvedSecret {
        let root = try document(expecting: 200).root
        guard root.member("name")?.isText(request.name.text) == true,
            let version = (try? root.member("version")?.int()).flatMap(UInt32.init(exactly:)), version > 0
        else { throw WarderClientError(.protocolViolation) }
        let items = request.others.isEmpty ? [root] : root.member("values").map { Array($0.elements) } ?? []
        guard items.count == 1 + request.others.count else { throw WarderClientError(.protocolViolation) }
        var values: [SecretBytes] = []
        for (field, item) in zip(request.fields, items) { values.append(try Self.value(field, item)) }
        let limit = try Self.limit(root.member("max_stale"))
        return ResolvedSecret(request, version: version, values: values, token: token, limit: limit)
    }

    /// Seconds for which the vault lets a value be used while it cannot be asked.
    private static func limit(_ node: JSONNode?) throws(WarderClientError) -> Duration {
        guard let node, !node.isNull else { return .zero }
        guard let seconds = try? node.int() else { throw WarderClientError(.protocolViolation) }
        return .seconds(max(seconds, 0))
    }

    private static func value(_ field: FieldName, _ item: JSONNode) throws(WarderClientError) -> SecretBytes {
        guard item.member("field")?.isText(field.text) == true else { throw WarderClientError(.protocolViolation) }
        if let text = item.member("value") { return try secret(text) }
        return try decodedBase64(secret(item.member("value_base64")))
    }

    private static func secret(_ node: JSONNode?) throws(WarderClientError) -> SecretBytes {
        guard let node else { throw WarderClientError(.protocolViolation) }
        do throws(JSONError) {
            return try node.secret()
        } catch .noSecretMemory {
            throw WarderClientError(.noSecretMemory)
        } catch {
            throw WarderClientError(.protocolViolation)
        }
    }

    private static func decodedBase64(_ text: SecretBytes) throws(WarderClientError) -> SecretBytes {
        do throws(SecretMemoryError) {
            return try SecretBytes(base64: text)
        } catch .outOfBounds {
            throw WarderClientError(.protocolViolation)
        } catch {
            throw WarderClientError(.noSecretMemory)
        }
    }

    private static func isHeaderText(_ text: SecretBytes) -> Bool {
        guard (1...256).contains(text.count) else { return false }
        return unsafe text.withUnsafeBytes { unsafe $0.allSatisfy { (0x21...0x7E).contains($0) } }
    }
}

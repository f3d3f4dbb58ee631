import SecretMemory
import StrictJSON
import WarderModel

extension ResolvedSecret {
    /// Reads what the vault tells of a secret: it lists several values, and has one in itself.
    ///
    /// - Throws: `.protocolViolation` for an answer about something that was not asked, `.noSecretMemory`.
    init(_ request: SecretRequest, reading document: JSONDocument, token: VaultToken) throws(WarderClientError) {
        let root = document.root
        guard root.member("name")?.isText(request.name.text) == true,
            let version = (try? root.member("version")?.int()).flatMap(UInt32.init(exactly:)), version > 0
        else { throw WarderClientError(.protocolViolation) }
        let items = request.others.isEmpty ? [root] : root.member("values").map { Array($0.elements) } ?? []
        guard items.count == 1 + request.others.count else { throw WarderClientError(.protocolViolation) }
        var values: [SecretBytes] = []
        for (field, item) in zip(request.fields, items) { values.append(try Self.value(field, item)) }
        let limit = try Self.limit(root.member("max_stale"))
        self.init(request, version: version, values: values, token: token, limit: limit)
    }

    /// Seconds for which the vault lets a value be used while it cannot be asked.
    private static func limit(_ node: JSONNode?) throws(WarderClientError) -> Duration {
        guard let node, !node.isNull else { return .zero }
        guard let seconds = try? node.int() else { throw WarderClientError(.protocolViolation) }
        return .seconds(max(seconds, 0))
    }

    private static func value(_ field: FieldName, _ item: JSONNode) throws(WarderClientError) -> SecretBytes {
        guard item.member("field")?.isText(field.text) == true else { throw WarderClientError(.protocolViolation) }
        let text = item.member("value")
        if text != nil { return try text.secretOfAnswer() }
        return try decodedBase64(item.member("value_base64").secretOfAnswer())
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
}

extension JSONNode? {
    /// Something secret of an answer, moved into protected memory.
    ///
    /// - Throws: `.protocolViolation` where it is missing or no text, `.noSecretMemory`.
    func secretOfAnswer() throws(WarderClientError) -> SecretBytes {
        guard let node = self else { throw WarderClientError(.protocolViolation) }
        do throws(JSONError) {
            return try node.secret()
        } catch .noSecretMemory {
            throw WarderClientError(.noSecretMemory)
        } catch {
            throw WarderClientError(.protocolViolation)
        }
    }
}

import StrictJSON
import WarderWire

/// What the vault answered to a process of a rehearsal.
struct Reply {
    /// 0 where no answer came.
    let status: Int
    let body: [UInt8]
    /// The header's fields, a line each.
    var head: [UInt8] = []

    /// What the vault said instead of doing it.
    var failure: ErrorBody.Failure? { Vault.refusal(body) }

    /// A text of the answer.
    func text(_ member: String) -> String? {
        guard let document = try? Vault.document(body) else { return nil }
        return EventLine.text(document.root.member(member))
    }

    /// Whether a text stands anywhere in it.
    func contains(_ text: String) -> Bool {
        String(decoding: body, as: UTF8.self).contains(text) || headContains(text)
    }

    func headContains(_ text: String) -> Bool { String(decoding: head, as: UTF8.self).contains(text) }

    /// For people: `403 denied`.
    var words: String {
        guard status != 0 else { return "none" }
        return "\(status) " + (failure?.code.rawValue ?? text("state") ?? "ok")
    }
}

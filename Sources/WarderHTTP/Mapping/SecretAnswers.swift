import SecretMemory
import Sealing
import SecretShares
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// Answers that hold a value or a token. Written by hand into a buffer that is large enough from the start (growing
/// leaves copies behind), and wiped after sending.
enum SecretAnswers {
    /// The only value that was asked for.
    @Sendable static func value(_ opened: Opened) -> Answer {
        let part = opened.parts[0]
        return answer(opened, part.field) { json in write(part.value, to: &json) }
    }

    /// Several values of one version, in the order in which they were asked for.
    @Sendable static func values(_ opened: Opened) -> Answer {
        answer(opened) { json in
            json.key("values")
            json.beginArray()
            for part in opened.parts {
                json.beginObject()
                json.field("field", part.field.text)
                guard write(part.value, to: &json) else { return false }
                json.endObject()
            }
            json.endArray()
            return true
        }
    }

    static func opened(as wanted: WantedFields) -> @Sendable (Opened) -> Answer {
        wanted.isList ? values : value
    }

    private static func answer(
        _ opened: Opened,
        _ onlyField: FieldName? = nil,
        _ writeValues: (inout JSONBuffer) -> Bool
    ) -> Answer {
        var json = JSONBuffer(capacity: opened.parts.reduce(512) { $0 + $1.value.count * 6 + 128 })
        json.beginObject()
        json.field("name", opened.name.text)
        if let onlyField { json.field("field", onlyField.text) }
        json.field("version", opened.version)
        json.field("state", opened.state.rawValue)
        if let maxStale = opened.maxStale, maxStale > 0 { json.field("max_stale", maxStale) }
        guard writeValues(&json) else {
            json.wipe()
            return withoutMemory
        }
        json.endObject()
        guard var answer = secret(.ok, &json) else { return withoutMemory }
        answer.version = opened.version
        return answer
    }

    /// The same, or the approval that people have to give first.
    static func requested<Value>(
        _ render: @escaping @Sendable (Value) -> Answer
    ) -> @Sendable (Requested<Value>) -> Answer {
        { requested in
            switch requested {
            case .done(let value): render(value)
            case .waits(let status): .json(ApprovalState(status), .accepted)
            }
        }
    }

    static func resolved(as wanted: WantedFields) -> @Sendable (Tokens.Resolved) -> Answer {
        let render = opened(as: wanted)
        return { resolved in
            switch resolved {
            case .value(let opened): return render(opened)
            case .notModified(let version):
                var answer = Answer(.notModified)
                answer.version = version
                return answer
            }
        }
    }

    static func token(_ issued: Tokens.Issued) -> Answer {
        var json = JSONBuffer(capacity: 320)
        json.beginObject()
        if let text = issued.text {
            json.key("token")
            // Base62 is plain text by construction.
            unsafe text.withUnsafeBytes { text in try? unsafe json.string(utf8: text) }
        }
        json.field("accessor", issued.accessor.text)
        json.field("expires", issued.expires.description)
        json.field("expires_in", issued.expiresInSeconds)
        json.field("secrets", issued.secrets.map(\.text))
        json.endObject()
        guard issued.text != nil else { return Answer(.ok, body: json.bytes) }
        return secret(.created, &json) ?? withoutMemory
    }

    /// The code of an operator's enrolment: shown this once.
    static func enrolment(_ made: Enrolments.Made) -> Answer {
        var json = JSONBuffer(capacity: 256)
        json.beginObject()
        json.field("name", made.name.text)
        json.key("code")
        // Base62 is plain text by construction.
        unsafe made.code.withUnsafeBytes { text in try? unsafe json.string(utf8: text) }
        json.field("until", made.until.description)
        json.endObject()
        return secret(.created, &json) ?? withoutMemory
    }

    /// What came of a share for such a code.
    static func enrolment(_ outcome: SharedEnrolment.Outcome) -> Answer {
        switch outcome {
        case .waiting(let progress): EnrolmentProgress(progress).map { Answer.json($0, .accepted) } ?? withoutMemory
        case .made(let made): enrolment(made)
        }
    }

    /// Shares of a new slot: shown this once.
    static func shares(_ shares: [Share], of slot: KeySlotSummary) -> Answer {
        var json = JSONBuffer(capacity: shares.count * 160 + 512)
        json.beginObject()
        json.field("id", slot.id)
        json.field("kind", slot.kind)
        json.field("created", slot.created)
        json.field("threshold", Int64(slot.threshold ?? 0))
        json.key("shares")
        json.beginArray()
        for share in shares {
            guard let text = try? share.text() else {
                json.wipe()
                return withoutMemory
            }
            // ASCII by construction.
            unsafe text.withUnsafeBytes { text in try? unsafe json.string(utf8: text) }
        }
        json.endArray()
        json.endObject()
        return secret(.created, &json) ?? withoutMemory
    }

    static var withoutMemory: Answer {
        Problem(.serviceUnavailable, .unavailable, "There is no locked memory left; try again.").answer(requestID: "")
    }

    /// Moves a body into locked memory and wipes where it was written.
    private static func secret(_ status: Answer.Status, _ json: inout JSONBuffer) -> Answer? {
        defer { json.wipe() }
        guard let body = try? SecretBytes(copying: json.bytes) else { return nil }
        return Answer(status, secretBody: body)
    }

    /// `false` when locked memory runs out.
    private static func write(_ value: SecretBytes, to json: inout JSONBuffer) -> Bool {
        let isText = unsafe value.withUnsafeBytes { unsafe JSONBuffer.isPlainText($0) }
        json.key(isText ? "value" : "value_base64")
        guard let text = isText ? value : try? value.base64() else { return false }
        return unsafe text.withUnsafeBytes { text in
            do { try unsafe json.string(utf8: text) } catch { return false }
            return true
        }
    }
}

extension Exchange {
    /// A token. One that people said yes to goes back where its server has given up waiting: it knows of none that it
    /// could give back, and would have to ask them again.
    func token(_ issued: Tokens.Issued) -> Answer {
        var answer = SecretAnswers.token(issued)
        if let lost = issued.ifLost {
            answer.ifLost = { [vault, caller] in vault.submit(Tokens.drop(lost, by: caller)) { _ in } }
        }
        return answer
    }
}

import Sealing
import WarderModel

/// Which fields of a secret a request asks for: several by `fields`, one by `field`, or `value` where it names none.
struct WantedFields {
    /// At least one, each once, in the order of the request.
    let names: [FieldName]
    /// Whether the answer lists values; it does for `fields`, also where that names one.
    let isList: Bool

    /// `fields`: what stands behind `fields`, taken apart. Throws for what names no field, too many, or one twice.
    init(field: String?, fields: (some Collection<some StringProtocol>)?) throws(Problem) {
        guard let fields else {
            names = [try field.map { text throws(Problem) in try Exchange.parse(text, what: "The field") } ?? .value]
            isList = false
            return
        }
        guard field == nil else { throw .invalid("A request names either field or fields.") }
        guard (1...SecretFields.maximumCount).contains(fields.count) else {
            throw .invalid("fields names 1 to \(SecretFields.maximumCount) fields.")
        }
        var names: [FieldName] = []
        for text in fields {
            let name: FieldName = try Exchange.parse(String(text), what: "A field")
            guard !names.contains(name) else { throw .invalid("fields names a field twice.") }
            names.append(name)
        }
        self.names = names
        isList = true
    }
}

/// Holds a value against a schema: as much of JSON Schema as the documents use, and no more.
struct Schema {
    let document: APIDocument

    /// What does not fit, each with its place.
    func faults(of value: Node, in schema: Node, at place: String = "$") -> [String] {
        var schema = schema
        while schema["$ref"] != nil {
            schema = document.resolved(schema)
            if schema == .null { return ["\(place): a reference to nothing"] }
        }
        var faults: [String] = []
        if let type = schema["type"]?.text, !Self.isA(type, value) { return ["\(place): not of type \(type)"] }
        if let choices = schema["enum"], !choices.list.contains(value) {
            faults.append("\(place): not one of the choices")
        }
        switch value {
        case .text(let text): faults += textFaults(text, schema, place)
        case .int(let number):
            if let least = schema["minimum"]?.int, number < least { faults.append("\(place): too small") }
            if let most = schema["maximum"]?.int, number > most { faults.append("\(place): too large") }
        case .list(let list):
            if let items = schema["items"] {
                for (index, item) in list.enumerated() {
                    faults += self.faults(of: item, in: items, at: "\(place)[\(index)]")
                }
            }
        case .map(let map): faults += mapFaults(map, schema, place)
        case .null, .bool: break
        }
        if let choices = schema["oneOf"]?.list {
            let fitting = choices.filter { self.faults(of: value, in: $0, at: place).isEmpty }.count
            if fitting != 1 { faults.append("\(place): \(fitting) of the choices fit") }
        }
        return faults
    }

    private func textFaults(_ text: String, _ schema: Node, _ place: String) -> [String] {
        if let most = schema["maxLength"]?.int, text.unicodeScalars.count > most { return ["\(place): too long"] }
        guard let pattern = schema["pattern"]?.text else { return [] }
        guard let regex = try? Regex(pattern) else { return ["\(place): a pattern that is none"] }
        return text.firstMatch(of: regex) == nil ? ["\(place): does not have the pattern"] : []
    }

    private func mapFaults(_ map: [String: Node], _ schema: Node, _ place: String) -> [String] {
        var faults = (schema["required"]?.texts ?? []).filter { map[$0] == nil }.map { "\(place): no \($0)" }
        let properties = schema["properties"]?.map ?? [:]
        for (key, value) in map {
            if let known = properties[key] {
                faults += self.faults(of: value, in: known, at: "\(place).\(key)")
            } else if schema["additionalProperties"] == .bool(false) {
                faults.append("\(place): \(key) is not in the document")
            } else if let other = schema["additionalProperties"] {
                faults += self.faults(of: value, in: other, at: "\(place).\(key)")
            }
        }
        return faults
    }

    private static func isA(_ type: String, _ value: Node) -> Bool {
        switch value {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .int: type == "integer" || type == "number"
        case .text: type == "string"
        case .list: type == "array"
        case .map: type == "object"
        }
    }
}

import Foundation

/// What release 1.8.0 of the framework asks of the classes and objects that an export is made of.
struct OCSFTypes: Decodable {
    struct Shape: Decodable {
        /// Attributes with their types; `[]` behind one that is a list.
        var attributes: [String: String]
        var required: [String]
        /// One of these must be there, where there are any.
        var at_least_one: [String]
        /// Numbers that an attribute can have.
        var values: [String: [Int]]
        /// Profiles without which an attribute must not be there.
        var profiles: [String: String]
    }

    var version: String
    var types: [String: Shape]

    static func read() throws -> OCSFTypes {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Vectors/ocsf-1.8.0/types.json")
        return try JSONDecoder().decode(OCSFTypes.self, from: Data(contentsOf: file))
    }

    /// What is wrong with an event.
    func faults(of event: [String: Any]) -> [String] {
        guard let number = event["class_uid"] as? Int, let shape = types[String(number)] else { return ["no class"] }
        var faults = faults(of: event, as: shape, at: "event")
        let profiles = (event["metadata"] as? [String: Any])?["profiles"] as? [String] ?? []
        for (attribute, profile) in shape.profiles where event[attribute] != nil && !profiles.contains(profile) {
            faults.append("\(attribute) without the profile \(profile)")
        }
        if event["type_uid"] as? Int != number * 100 + (event["activity_id"] as? Int ?? -1) {
            faults.append("type_uid does not fit")
        }
        if event["category_uid"] as? Int != number / 1000 { faults.append("category_uid does not fit") }
        return faults
    }

    private func faults(of object: [String: Any], as shape: Shape, at place: String) -> [String] {
        var faults = shape.required.filter { object[$0] == nil }.map { "\(place) lacks \($0)" }
        if !shape.at_least_one.isEmpty, shape.at_least_one.allSatisfy({ object[$0] == nil }) {
            faults.append("\(place) lacks all of \(shape.at_least_one)")
        }
        for (name, value) in object {
            guard let type = shape.attributes[name] else {
                faults.append("\(place) has no attribute \(name)")
                continue
            }
            let elementType = type.replacingOccurrences(of: "[]", with: "")
            if elementType == type {
                faults += self.faults(of: value, as: type, at: "\(place).\(name)")
            } else if let list = value as? [Any], !list.isEmpty {
                faults += list.flatMap { self.faults(of: $0, as: elementType, at: "\(place).\(name)") }
            } else {
                faults.append("\(place).\(name) is no list")
            }
            if let allowed = shape.values[name], let number = value as? Int, !allowed.contains(number) {
                faults.append("\(place).\(name) cannot be \(number)")
            }
        }
        return faults
    }

    private func faults(of value: Any, as type: String, at place: String) -> [String] {
        switch type {
        case "object": return value is [String: Any] ? [] : ["\(place) is no object"]
        case "integer_t", "long_t", "timestamp_t", "port_t": return value is Int ? [] : ["\(place) is no integer"]
        case "boolean_t": return value is Bool ? [] : ["\(place) is no truth value"]
        case _ where type.hasSuffix("_t"): return value is String ? [] : ["\(place) is no string"]
        default:
            guard let shape = types[type] else { return ["\(place) has the unknown type \(type)"] }
            guard let object = value as? [String: Any] else { return ["\(place) is no object"] }
            return faults(of: object, as: shape, at: place)
        }
    }
}

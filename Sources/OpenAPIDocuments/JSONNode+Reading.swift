import StrictJSON

extension JSONNode {
    /// The text; `nil` for everything else.
    var text: String? {
        guard kind == .string else { return nil }
        do throws(JSONError) {
            return try string(allowingNUL: true)
        } catch {
            return nil
        }
    }

    var isTrue: Bool {
        guard kind == .bool else { return false }
        do throws(JSONError) {
            return try bool()
        } catch {
            return false
        }
    }

    /// The texts in an array; everything else in it is passed over.
    var texts: [String] { elements.compactMap(\.text) }
}

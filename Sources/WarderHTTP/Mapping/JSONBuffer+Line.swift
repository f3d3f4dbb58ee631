import StrictJSON

extension JSONBuffer {
    /// A line of an answer that comes in pieces: an object whose one member says by its name what the line is.
    static func line(_ kind: StaticString, _ body: (inout JSONBuffer) -> Void) -> [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.key(kind)
        json.beginObject()
        body(&json)
        json.endObject()
        json.endObject()
        json.newLine()
        return json.bytes
    }
}

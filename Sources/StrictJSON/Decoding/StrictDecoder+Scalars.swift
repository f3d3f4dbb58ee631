extension StrictDecoder {
    // The readers below take the node apart from the decoder and build the step to it only for an error, so that
    // reading a field allocates nothing.

    func decodeBool(_ node: JSONNode, _ step: @autoclosure () -> Step) throws -> Bool {
        do { return try node.bool() } catch { throw mismatch(node, step(), error, "a boolean") }
    }

    func decodeString(_ node: JSONNode, _ step: @autoclosure () -> Step) throws -> String {
        do { return try node.string() } catch { throw mismatch(node, step(), error, "a string") }
    }

    func decodeDouble(_ node: JSONNode, _ step: @autoclosure () -> Step) throws -> Double {
        do { return try node.double() } catch { throw mismatch(node, step(), error, "a number") }
    }

    func decodeFloat(_ node: JSONNode, _ step: @autoclosure () -> Step) throws -> Float {
        let value = Float(try decodeDouble(node, step()))
        guard value.isFinite else { throw child(node, step()).error(expecting: "a number that fits Float") }
        return value
    }

    func decodeInteger<Integer: FixedWidthInteger>(
        _ type: Integer.Type,
        _ node: JSONNode,
        _ step: @autoclosure () -> Step
    ) throws -> Integer {
        let value: Int64
        do { value = try node.int() } catch { throw mismatch(node, step(), error, "an integer") }
        guard let integer = Integer(exactly: value) else {
            throw child(node, step()).error(expecting: "an integer that fits \(type)")
        }
        return integer
    }

    private func mismatch(_ node: JSONNode, _ step: Step, _ error: JSONError, _ kind: String) -> JSONDecodingError {
        let expectation =
            switch error {
            case .nulInText: "text without U+0000"
            case .numberOutOfRange: "\(kind) within range"
            case .wiped: "a document that is not wiped"
            default: kind
            }
        return child(node, step).error(expecting: expectation)
    }
}

//! What the types of the API do not say of themselves.

use std::collections::BTreeMap;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};

/// Refines the schemas.
pub(super) fn refine(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    if let Some(RefOr::T(Schema::Object(token))) = schemas.remove("CreateToken") {
        let example = token.example.clone();
        // For a person or for a program, and not for both.
        let holder = ["person", "bot"].into_iter().fold(OneOfBuilder::new(), |holder, name| {
            let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
            holder.item(ObjectBuilder::new().property(name, text).required(name))
        });
        let refined = AllOfBuilder::new().item(token).item(holder).examples(example);
        schemas.insert("CreateToken".to_owned(), RefOr::T(Schema::AllOf(refined.build())));
    }
}

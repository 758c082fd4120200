//! Parameter groups: which learning rate and decay a parameter gets, by its name.

/// How a parameter is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// Peak learning rate; 0 freezes the parameter.
    pub learning_rate: f64,
    /// Whether weight decay applies.
    pub decay: bool,
}

/// Chooses the group of every parameter.
pub struct Groups(Box<dyn Fn(&str) -> Group + Send + Sync>);

impl Groups {
    /// Groups by a rule over parameter names.
    pub fn new(rule: impl Fn(&str) -> Group + Send + Sync + 'static) -> Self {
        Self(Box::new(rule))
    }

    /// The group of a parameter.
    pub fn of(&self, name: &str) -> Group {
        (self.0)(name)
    }
}

/** What an incident is called where no Template says otherwise: at most 1024 characters, and the first words are what is read out. */

export const PAGERDUTY_PARTS = {
  summary:
    '[{{ status | text | upper }} {{ priority }}] {{ title | line }}{% if commonLabels.namespace %}{{ " in " }}{{ commonLabels.namespace | line }}{% endif %}' +
    '{% if counts.total > 1 %}, {{ counts.total | alerts }}{% endif %}' +
    '{% if summary != "" and summary != title %}: {{ summary | line }}{% endif %}',
};

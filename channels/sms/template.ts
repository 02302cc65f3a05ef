/**
 * What an SMS says where no Template says otherwise. The headline goes out whole; of the text as many words as there is room for.
 */

export const SMS_PARTS = {
  headline:
    '{% if taken %}{{ "acknowledged" | text | upper }}{% else %}{{ status | text | upper }}{% endif %}{{ " " }}{{ priority }} {{ title | line }}{% if commonLabels.namespace %}{{ " in " }}{{ commonLabels.namespace | line }}{% endif %}' +
    '{% if environment != "production" %}{{ " (" }}{{ environment | text }}){% endif %}' +
    '{% if counts.total > 1 %}, {{ counts.total | alerts }}{% endif %}',
  text: '{% if summary != title %}{{ summary | line }}{% endif %}',
};
